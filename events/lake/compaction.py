"""Many small files become few large ones, and say `person` as it is known by now. What is read does not change."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb
from django.db import transaction
from django.utils import timezone

from events.lake import checks, database, linking, lock, people, planning, sweeping
from events.lake.writing import Written, write
from events.models import FillMark, LakeFile


class Differs(Exception):
    """A merged file does not hold what the files did that it is made of; they stay."""


def compact() -> int:
    """Merge what is to be merged by now and sweep; how many files were written. Busy where another is at the lake."""
    with lock.holding():
        now, horizon = timezone.now(), FillMark.objects.of("lake")
        stale = linking.settle(horizon)
        facts = [_fact(file, stale) for file in LakeFile.objects.standing()]
        merges = planning.plan(facts, now)
        for one in merges:
            merge(one, horizon)
        sweeping.sweep(now)
    return len(merges)


def merge(one: planning.Merge, horizon: int) -> None:
    """Write the new file, prove that it holds the same, swap."""
    old = list(LakeFile.objects.filter(pk__in=one.files).order_by("pk"))
    cursor = database.cursor()
    try:
        cursor.register("links", people.links_before(horizon))
        written = write(cursor, people.resolved(_files(cursor, old)), month=one.month, name=_name(one, old))
        if written is None or not _same(cursor, old, written):
            raise Differs(f"{one.month}: {[file.path for file in old]}")
    finally:
        cursor.close()
    swap(old, [_made(written, one, old, horizon)])


@transaction.atomic
def swap(old: Collection[LakeFile], new: Sequence[LakeFile]) -> None:
    """From this commit on the new are read in the place of the old."""
    pks = [file.pk for file in old]
    if LakeFile.objects.standing().filter(pk__in=pks).update(retired_at=timezone.now()) != len(pks):
        raise Differs("a file was retired meanwhile")
    LakeFile.objects.bulk_create(new)


def _fact(file: LakeFile, stale: set[int]) -> planning.Fact:
    return planning.Fact(file.pk, file.level, file.month, file.rows, file.made_at, file.pk in stale)


def _files(cursor: duckdb.DuckDBPyConnection, files: Collection[LakeFile]) -> str:
    return database.files(cursor, [file.path for file in files], name="files")


def _name(one: planning.Merge, old: Sequence[LakeFile]) -> str:
    return f"{LakeFile.Level(one.level).name.lower()}-{_lowest(old)}-{_highest(old)}"


def _same(cursor: duckdb.DuckDBPyConnection, old: Collection[LakeFile], written: Written) -> bool:
    before = checks.of(cursor, f"SELECT * FROM {_files(cursor, old)}")  # noqa: S608 - our own names, here and below
    return before == checks.of(cursor, f"SELECT * FROM {database.files(cursor, [written.path], name='made')}")  # noqa: S608


def _made(written: Written, one: planning.Merge, old: Sequence[LakeFile], horizon: int) -> LakeFile:
    return LakeFile(
        level=one.level,
        month=one.month,
        tx_lo=str(_lowest(old)),
        tx_hi=str(_highest(old)),
        links_hi=str(horizon),
        made_at=timezone.now(),
        **vars(written),
    )


def _lowest(files: Collection[LakeFile]) -> int:
    return min(int(file.tx_lo) for file in files)


def _highest(files: Collection[LakeFile]) -> int:
    return max(int(file.tx_hi) for file in files)
