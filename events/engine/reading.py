"""One reader over one snapshot, by the engine that settings.ANALYTICS_ENGINE names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Protocol

import ibis
import pyarrow as pa
from django.conf import settings
from django.utils import timezone

from events.engine.snapshot import Snapshot, take
from events.record import epoch_us


class Engine(Protocol):
    """What a module of an engine opens: the tables `events`, `people` and those that are lent, as one session."""

    def rows(self, expr: ibis.Table) -> pa.Table: ...

    def lend(self, name: str, table: pa.Table) -> None: ...

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


class Reader:
    """Answers expressions over EVENTS, PEOPLE and tables that are lent to it."""

    def __init__(self, engine: Engine, snapshot: Snapshot, as_of: datetime) -> None:
        self._engine = engine
        self.snapshot = snapshot
        self.as_of = as_of  # events at or after it are not read

    def rows(self, expr: ibis.Table) -> pa.Table:
        """The rows of an expression, in the order that it asks for."""
        return self._engine.rows(expr)

    def records(self, expr: ibis.Table) -> list[dict]:
        return self.rows(expr).to_pylist()

    def lend(self, name: str, table: pa.Table) -> ibis.Table:
        """Rows of our own to join with: `table` under `name`, as a table of expressions."""
        self._engine.lend(name, table)
        types = {field.name: {"double": "float64"}.get(str(field.type), str(field.type)) for field in table.schema}
        return ibis.table(types, name=name)

    def interrupt(self) -> None:
        """End the query that runs, from another thread; it raises there."""
        self._engine.interrupt()


@contextmanager
def reading(
    *, as_of: datetime | None = None, staff: bool = False, snapshot: Snapshot | None = None, engine: str = ""
) -> Iterator[Reader]:
    """A reader of all events before `as_of` (now), of persons; members of staff are left out unless `staff`."""
    as_of = as_of or timezone.now()
    snapshot = snapshot or take()
    module = import_module(f"events.engine.{engine or settings.ANALYTICS_ENGINE}")
    opened = module.open(snapshot, before_us=epoch_us(as_of), left_out=frozenset() if staff else snapshot.staff)
    try:
        yield Reader(opened, snapshot, as_of)
    finally:
        opened.close()
