"""Take up the batches that were sealed since the mark, out of the rows that PostgreSQL still holds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from events.derived.tables import TABLES, Derived
from events.models import FillMark

# Events of the batch under the persons known at its end.
_BATCH = """
(SELECT e.id, e.epoch_us, (e.at AT TIME ZONE %(zone)s)::date AS day, e.name, coalesce(l.member, e.unit) AS person,
  e.value, e.source, e.device, e.language, e.country, e.properties
FROM events_event e LEFT JOIN events_visitorlink l ON e.unit = -l.visitor AND l.tx < %(hi)s::xid8
WHERE e.tx >= %(lo)s::xid8 AND e.tx < %(hi)s::xid8)
"""
# Rows of visitors who were linked within the batch, under the members that they are.
_FOLDED = """
(SELECT l.member AS person, {others} FROM {table} f JOIN events_visitorlink l ON f.person = -l.visitor
WHERE l.tx >= %(lo)s::xid8 AND l.tx < %(hi)s::xid8)
"""
_INSERT = "INSERT INTO {table} AS t ({columns}) {rows} ON CONFLICT ({key}) DO {merge}"
_DELETE = """
DELETE FROM {table} USING events_visitorlink l
WHERE person = -l.visitor AND l.tx >= %(lo)s::xid8 AND l.tx < %(hi)s::xid8
"""


def fill() -> None:
    """Bring every table up to what is sealed. The caller holds the lake's lock."""
    hi = FillMark.objects.of("lake")
    for table in TABLES:
        lo = FillMark.objects.of(table.name)
        if lo < hi:
            fill_one(table, lo, hi)


@transaction.atomic
def fill_one(table: Derived, lo: int, hi: int) -> None:
    """The persons who turned out to be others first, then the batch, then the mark."""
    given = {"lo": str(lo), "hi": str(hi), "zone": settings.TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        if table.folded:
            cursor.execute(_upsert(table, table.folded.replace("{folded}", _folded(table))), given)
            cursor.execute(_DELETE.format(table=table.model._meta.db_table), given)
        cursor.execute(_upsert(table, table.batch.replace("{batch}", _BATCH)), given)
    FillMark.objects.move(table.name, hi, timezone.now())


def _upsert(table: Derived, rows: str) -> str:
    named: dict[str, Any] = {"columns": ", ".join(table.columns), "key": ", ".join(table.key), "merge": table.merge}
    return _INSERT.format(table=table.model._meta.db_table, rows=rows, **named)


def _folded(table: Derived) -> str:
    others = ", ".join(name for name in table.columns if name != "person")
    return _FOLDED.format(others=others, table=table.model._meta.db_table)
