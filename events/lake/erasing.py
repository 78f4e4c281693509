"""Erase persons: no row of theirs stays in PostgreSQL, in a file, or in what is derived.

What others did to what they wrote stays (it is theirs), and so does the ledger, without a name. The work is a row of
`Erasure`, asked for in the transaction in which a member leaves and done in the background; the same run again does no
harm. It is done when the files that held their events are unlinked, and a last look finds nothing that came late.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from events import derived
from events.lake import checks, compaction, cooling, database, lock, sweeping
from events.lake.checks import Days
from events.lake.schema import FACTS
from events.lake.writing import write
from events.models import Erasure, Event, ExternalUnit, LakeFile, Seal, VisitorLink

logger = logging.getLogger(__name__)
LAST_LOOK_AFTER = sweeping.RUBBISH_AFTER + timedelta(minutes=5)


@dataclass(frozen=True)
class Rewritten:
    """A file, what takes its place, and what was in it of the persons."""

    old: LakeFile
    new: LakeFile | None
    removed: pa.Table


def work_off() -> int:
    """Go on with every erasure that is not done; how many failed: they are logged, and keep nobody else waiting.
    Busy where another process is at the lake."""
    with lock.holding():
        return sum(not _gone_on_with(erasure) for erasure in Erasure.objects.open())


def _gone_on_with(erasure: Erasure) -> bool:
    try:
        if erasure.erased_at is None:
            erase(erasure)
        elif timezone.now() >= erasure.erased_at + LAST_LOOK_AFTER:
            look_again(erasure, timezone.now())
    except Exception:
        logger.exception("erasure %s failed; the next run tries again", erasure.pk)
        return False
    return True


def erase(erasure: Erasure) -> None:
    """Write the files anew without them, then let everything go in one transaction."""
    derived.fill()  # what was sealed is counted, so that what is removed can be taken off
    rewritten = [found for file in _candidates(erasure.units) if (found := rewrite(file, erasure.units))]
    let_go(erasure, rewritten)


def rewrite(file: LakeFile, units: Sequence[int]) -> Rewritten | None:
    """The file without these units; None where none is in it."""
    cursor = database.cursor()
    try:
        relation = database.files(cursor, [file.path], name="files")
        theirs = f"unit IN ({', '.join(map(str, units))})"
        columns = ", ".join(FACTS.names)
        removed = cursor.sql(f"SELECT {columns} FROM {relation} WHERE {theirs}").to_arrow_table()  # noqa: S608
        if not removed.num_rows:
            return None
        rest = f"SELECT * FROM {relation} WHERE NOT {theirs}"  # noqa: S608 - our own names and numbers
        name = f"{LakeFile.Level(file.level).name.lower()}-{file.tx_lo}-{file.tx_hi}"
        written = write(cursor, rest, month=file.month, name=name)
    finally:
        cursor.close()
    facts = {name: getattr(file, name) for name in ("level", "month", "tx_lo", "tx_hi", "links_hi")}
    new = LakeFile(**facts, made_at=file.made_at, **vars(written)) if written else None
    return Rewritten(file, new, removed)


@transaction.atomic
def let_go(erasure: Erasure, rewritten: Sequence[Rewritten]) -> None:
    """From this commit on nobody reads them."""
    compaction.swap([one.old for one in rewritten], [one.new for one in rewritten if one.new])
    removed = pa.concat_tables([FACTS.empty_table(), *(one.removed.cast(FACTS) for one in rewritten)])
    cooling.note(checks.add(_delete_hot(erasure.units), checks.negative(_sums(removed))))
    derived.forget(erasure.units, removed)
    visitors = [-unit for unit in erasure.units if unit < 0]
    VisitorLink.objects.filter(visitor__in=visitors).delete()
    ExternalUnit.objects.filter(visitor__in=visitors).delete()
    _forget_elsewhere(erasure.units)
    erasure.erased_at, erasure.events = timezone.now(), erasure.events + removed.num_rows
    erasure.save()


def look_again(erasure: Erasure, now: datetime) -> None:
    """Unlink what held them, and be done unless something came late: a page view that waited in a buffer, say."""
    sweeping.sweep(now)
    if is_anywhere(erasure.units):
        erase(erasure)
    else:
        erasure.done_at = now
        erasure.save(update_fields=["done_at"])


def is_anywhere(units: Sequence[int]) -> bool:
    """Whether a row of PostgreSQL or of a file that stands is theirs."""
    if Event.objects.filter(unit__in=units).exists():
        return True
    cursor = database.cursor()
    theirs = f"unit IN ({', '.join(map(str, units))})"
    for file in _candidates(units):
        relation = database.files(cursor, [file.path], name="files")
        if cursor.execute(f"SELECT 1 FROM {relation} WHERE {theirs} LIMIT 1").fetchall():  # noqa: S608
            return True
    return False


def _candidates(units: Sequence[int]) -> list[LakeFile]:
    standing = LakeFile.objects.standing()
    return list(standing.filter(person_min__lte=max(units), person_max__gte=min(units)).order_by("pk"))


def _delete_hot(units: Sequence[int]) -> Days:
    """Delete their rows; what was sealed of them, for that much less is missing from PostgreSQL."""
    theirs = f"unit IN ({', '.join(map(str, units))})"
    sealed = checks.of_table(f"{theirs} AND tx < '{Seal.objects.end()}'::xid8")
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Event._meta.db_table} WHERE {theirs}")  # noqa: S608 - our own names and numbers
    return sealed


def _sums(removed: pa.Table) -> Days:
    cursor = database.cursor()
    cursor.register("removed", removed)
    return checks.of(cursor, "SELECT * FROM removed")


def _forget_elsewhere(units: Sequence[int]) -> None:
    """What rooms above have kept of the visitors, and of the members meanwhile."""
    for module in map(import_module, settings.BELONGINGS.values()):
        if forget_units := getattr(module, "forget_units", None):
            forget_units(units)
