"""Events to files, by transactions: each event in one file, whatever is written or killed meanwhile.

A batch is the rows whose transaction is in [lo, hi), where lo is the end of the batch before and hi the oldest
transaction that still runs anywhere in the server: all of them have ended, so the set is closed for ever. Ids would not
do: they are drawn before the commit, and "greater than the last" passes over those who commit late.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from events.lake import copying, database, linking, lock, people
from events.lake.moment import repeatable_read, scalar
from events.lake.schema import FACTS
from events.lake.writing import Written, total, write
from events.models import Event, FillMark, LakeFile, LakeServer, Seal

CHUNK = 400_000  # rows that are sorted at once, some 80 MB


class CounterBehind(Exception):
    """The database came from another server: this one counts its transactions from before the last seal, or did."""


@dataclass(frozen=True)
class Batch:
    lo: int
    hi: int


@dataclass(frozen=True)
class Part:
    """A file of a batch, and the month that its events are of."""

    month: date
    written: Written


def seal() -> int:
    """Write all events of closed transactions to the lake; how many. Busy where another process is at the lake;
    CounterBehind where `manage.py restamp` must come first."""
    with lock.holding():
        with repeatable_read():
            batch = find_batch()
            parts = write_parts(batch)
        keep(batch, parts)
        linking.settle(batch.hi)
    return total([part.written for part in parts])


def find_batch() -> Batch:
    """What is to be sealed, of the moment of this transaction."""
    lo = int(Seal.objects.end())
    hi = int(scalar("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))
    if hi < lo or LakeServer.objects.exclude(identifier=_server()).exists():
        raise CounterBehind(f"{lo} was sealed by another server's count, this one's is at {hi}: run manage.py restamp")
    return Batch(lo, hi)


def _server() -> str:
    return str(scalar("SELECT system_identifier FROM pg_control_system()"))


def write_parts(batch: Batch) -> list[Part]:
    """Files of the batch, placed. While one chunk is sorted and compressed the next comes from PostgreSQL."""
    parts: list[Part] = []
    links = people.links_before(batch.hi)
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = None
        for number, chunk in enumerate(_chunks(batch)):
            parts += waiting.result() if waiting else []
            waiting = pool.submit(_write_chunk, chunk, links, f"{batch.lo}-{batch.hi}-{number}")
        parts += waiting.result() if waiting else []
    return parts


@transaction.atomic
def keep(batch: Batch, parts: list[Part]) -> None:
    """Name the files in the manifest. From this commit on they are read in the place of the batch's rows."""
    now = timezone.now()
    if parts:
        rows = total([part.written for part in parts])
        Seal.objects.create(tx_lo=str(batch.lo), tx_hi=str(batch.hi), rows=rows, sealed_at=now)
        LakeFile.objects.bulk_create(_named(part, batch, now) for part in parts)
        last_id = scalar("SELECT last_value FROM events_event_id_seq")
        LakeServer.objects.update_or_create(pk=1, defaults={"identifier": _server(), "last_id": last_id})
    if not _is_held_back(batch):
        FillMark.objects.move("lake", batch.hi, now)


def _is_held_back(batch: Batch) -> bool:
    """Rows wait, and an old transaction somewhere in the server keeps them from being closed."""
    return FillMark.objects.of("lake") == batch.hi and Event.objects.filter(tx__gte=str(batch.hi)).exists()


def _named(part: Part, batch: Batch, now: datetime) -> LakeFile:
    return LakeFile(
        level=LakeFile.Level.SEALED,
        month=part.month,
        tx_lo=str(batch.lo),
        tx_hi=str(batch.hi),
        links_hi=str(batch.hi),
        made_at=now,
        **vars(part.written),
    )


def _chunks(batch: Batch) -> Iterator[pa.Table]:
    where = f"tx >= '{batch.lo}'::xid8 AND tx < '{batch.hi}'::xid8"
    query = f"SELECT {', '.join(FACTS.names)} FROM {Event._meta.db_table} WHERE {where}"  # noqa: S608 - numbers
    waiting: list[pa.Table] = []
    for table in copying.tables(query, FACTS):
        waiting.append(table)
        if sum(map(len, waiting)) >= CHUNK:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _write_chunk(chunk: pa.Table, links: pa.Table, name: str) -> list[Part]:
    cursor = database.cursor()
    try:
        cursor.register("chunk", chunk)
        cursor.register("links", links)
        return [Part(month, _write_month(cursor, month, name)) for month in _months(cursor)]
    finally:
        cursor.close()


def _months(cursor: duckdb.DuckDBPyConnection) -> list[date]:
    found = cursor.execute("SELECT DISTINCT date_trunc('month', make_timestamp(epoch_us))::date FROM chunk ORDER BY 1")
    return [month for (month,) in found.fetchall()]


def _write_month(cursor: duckdb.DuckDBPyConnection, month: date, name: str) -> Written:
    of_month = f"date_trunc('month', make_timestamp(epoch_us)) = DATE '{month}'"
    written = write(cursor, f"{people.resolved('chunk')} WHERE {of_month}", month=month, name=name)
    if written is None:
        raise RuntimeError(f"no rows of {month} where there were some")
    return written
