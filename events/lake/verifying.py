"""Prove that the files hold what PostgreSQL holds, and held: day by day, by counts and by sums of hashes.
What the files say besides, `person` above all, follows from each being, to the byte, the one that was written."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from events.lake import checks, database, store
from events.lake.checks import Days, Sum
from events.lake.moment import repeatable_read
from events.models import LakeDay, LakeFile, Seal

Told = Callable[[int], object]


@dataclass(frozen=True)
class Difference:
    day: date
    wanted: Sum  # what PostgreSQL holds of sealed events, and what it held before they were left to the lake
    found: Sum  # what the files hold


@dataclass(frozen=True)
class Proof:
    days: int
    rows: int
    files: int
    differences: list[Difference]
    missing: list[str]  # files of the manifest that are not there, or not as they were written

    @property
    def holds(self) -> bool:
        return not self.differences and not self.missing


def verify(*, months: Collection[date] | None = None, told: Told = lambda rows: None) -> Proof:
    """Compare all days, or those of some months (by their first days); `told` hears of rows as files are read."""
    with repeatable_read():
        standing = LakeFile.objects.standing().order_by("path")
        files = list(standing if months is None else standing.filter(month__in=months))
        wanted = checks.add(checks.of_table(f"tx < '{Seal.objects.end()}'::xid8"), gone())
    missing = [file.path for file in files if not _is_whole(file)]
    found = _in_files([file for file in files if file.path not in missing], told)
    if months is not None:
        wanted = {day: held for day, held in wanted.items() if day.replace(day=1) in months}
    return Proof(len(found), checks.total(found.values()), len(files), _compare(wanted, found), missing)


def gone() -> Days:
    """What PostgreSQL no longer holds."""
    return {day.day: Sum(day.rows, int(day.checksum)) for day in LakeDay.objects.all()}


def _is_whole(file: LakeFile) -> bool:
    return store.size(file.path) == file.bytes and store.sha256(file.path) == file.sha256


def _in_files(files: Collection[LakeFile], told: Told) -> Days:
    found: Days = {}
    cursor = database.cursor()
    for file in files:
        relation = database.files(cursor, [file.path], name="files")
        found = checks.add(found, checks.of(cursor, f"SELECT * FROM {relation}"))  # noqa: S608 - our own names
        told(file.rows)
    cursor.close()
    return found


def _compare(wanted: Days, found: Days) -> list[Difference]:
    days = sorted(wanted.keys() | found.keys())
    pairs = ((day, wanted.get(day, Sum()), found.get(day, Sum())) for day in days)
    return [Difference(day, one, other) for day, one, other in pairs if one != other]
