"""DuckDB in this process, over the Parquet files where they lie."""

from __future__ import annotations

from collections.abc import Collection

import ibis
import pyarrow as pa

from events.engine import views
from events.engine.compiling import PROPERTY, sql
from events.engine.snapshot import Snapshot
from events.lake import database


def open(snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> Session:
    return Session(snapshot, before_us=before_us, left_out=left_out)


class Session:
    """A cursor of its own, with temporary views that go with it. One thread at a time."""

    def __init__(self, snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> None:
        self._cursor = database.cursor()
        self.lend("links", snapshot.links)
        self.lend("tail", snapshot.tail)
        parts = [views.unresolved("tail")]
        for right, view in ((True, views.resolved), (False, views.unresolved)):
            if files := [file for file in snapshot.files if file.resolved is right]:
                paths = [file.path for file in files]
                parts.append(view(database.files(self._cursor, paths, name="files" if right else "stale")))
        self._view("events", views.events(parts, before_us=before_us, left_out=left_out))
        self._view("people", views.people("duckdb"))
        self._cursor.execute(
            f"CREATE TEMP MACRO event_property(p, k) AS {PROPERTY['duckdb'].format(properties='p', key='k')}"
        )

    def rows(self, expr: ibis.Table) -> pa.Table:
        return self._cursor.sql(sql(expr, "duckdb")).to_arrow_table()

    def lend(self, name: str, table: pa.Table) -> None:
        self._cursor.register(name, table)

    def interrupt(self) -> None:
        self._cursor.interrupt()

    def close(self) -> None:
        self._cursor.close()

    def _view(self, name: str, query: str) -> None:
        self._cursor.execute(f"CREATE TEMP VIEW {name} AS {query}")
