"""Leave old events to the lake alone: PostgreSQL keeps the rows of the last weeks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from events.lake import checks, lock, verifying
from events.lake.checks import Days
from events.models import Event, FillMark, LakeDay, Seal

logger = logging.getLogger(__name__)
_DELETE = "DELETE FROM {events} WHERE tx < %s::xid8"
_KEEP = """
INSERT INTO {days} (day, rows, checksum) SELECT * FROM unnest(%s::date[], %s::bigint[], %s::numeric[])
ON CONFLICT (day) DO UPDATE SET rows = {days}.rows + excluded.rows, checksum = {days}.checksum + excluded.checksum
"""


def cool() -> int:
    """Delete the rows that were sealed settings.HOT_DAYS ago, that every reader has read, and that the files prove to
    hold; how many. Nothing where one of these days differs. Busy where another process is at the lake."""
    with lock.holding():
        end = reached(timezone.now())
        leaving = checks.of_table(f"tx < '{end}'::xid8") if end else {}
        if not leaving:
            return 0
        proof = verifying.verify(months={day.replace(day=1) for day in leaving})
        if not proof.holds:
            logger.error("events stay in PostgreSQL, for verify_lake finds differences: %s", proof)
            return 0
        return leave(end, leaving)


def reached(now: datetime) -> int:
    """Events of transactions before it are old and were read by all who read them in PostgreSQL."""
    old = Seal.objects.filter(sealed_at__lte=now - timedelta(days=settings.HOT_DAYS)).order_by("-tx_hi")
    sealed = int(old.values_list("tx_hi", flat=True).first() or 0)
    marks = FillMark.objects.values_list("tx_hi", flat=True)
    readers = (import_string(reader)() for reader in settings.EVENT_READERS)
    return min([sealed, *map(int, marks), *readers])


@transaction.atomic
def leave(end: int, leaving: Days) -> int:
    """Delete, and note what is gone; the seals become one, for their bounds are of no more use."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE.format(events=Event._meta.db_table), [str(end)])
        deleted = cursor.rowcount
    if deleted != checks.total(leaving.values()):
        raise RuntimeError(f"{deleted} rows before {end} where there were {checks.total(leaving.values())}")
    note(leaving)
    _join_seals(end)
    return deleted


def note(days: Days) -> None:
    """Add to what PostgreSQL no longer holds."""
    columns: list[Any] = [list(days), [held.rows for held in days.values()], [held.checksum for held in days.values()]]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(days=LakeDay._meta.db_table), columns)


def _join_seals(end: int) -> None:
    old = Seal.objects.filter(tx_hi__lte=str(end)).order_by("tx_lo")
    seals = list(old)
    if not seals:
        return  # a reader stands within the first
    old.delete()
    Seal.objects.create(
        tx_lo=seals[0].tx_lo,
        tx_hi=seals[-1].tx_hi,
        rows=sum(seal.rows for seal in seals),
        sealed_at=seals[-1].sealed_at,
    )
