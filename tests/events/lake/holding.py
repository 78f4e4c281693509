"""What the lake holds, counted without its own code: rows of pyarrow against rows of PostgreSQL."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
from django.db import connection

from events.lake import sealing, store
from events.models import Event, FillMark, LakeFile
from events.record import event, record_all

START = datetime(2026, 3, 30, tzinfo=UTC)
FIELDS = (
    *("id", "epoch_us", "name", "unit", "session", "object_kind", "object_id", "value"),
    *("source", "device", "language", "country"),
)


def write(count: int, *, units: Iterable[int] = (1, 2, -3), start: datetime = START, step: int = 3600) -> None:
    """Events in one transaction, an hour apart, by each unit in turn."""
    turns = list(units)
    record_all(
        event("vote_cast", unit=turns[n % len(turns)], at=start + timedelta(seconds=n * step), value=1.5)
        for n in range(count)
    )


def in_files() -> list[dict[str, object]]:
    paths = LakeFile.objects.standing().order_by("path").values_list("path", flat=True)
    return [row for path in paths for row in pq.ParquetFile(store.located(path)).read().to_pylist()]


def in_table() -> list[dict[str, object]]:
    return list(Event.objects.values(*FIELDS, "at", "person", "properties"))


def ids(rows: Iterable[dict[str, object]]) -> Counter[object]:
    return Counter(row["id"] for row in rows)


def facts(rows: Iterable[dict[str, object]]) -> set[tuple[object, ...]]:
    return {tuple(row[name] for name in FIELDS) for row in rows}


def seal(work: Callable[[], int] = sealing.seal) -> int:
    """Do the work until all that is committed by now is sealed; how many events were. Transactions of tests that run
    beside this one, in other databases of the server, hold it back for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (until,) = cursor.fetchone()
    sealed = work()
    while FillMark.objects.of("lake") <= until:
        time.sleep(0.02)
        sealed += work()
    return sealed
