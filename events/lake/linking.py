"""Which files say wrong who a person is, since a visitor in them became a member after they were written."""

from __future__ import annotations

from events.lake import database
from events.models import LakeFile, VisitorLink

_IN_IT = "SELECT 1 FROM {files} WHERE person IN (SELECT -visitor FROM fresh) LIMIT 1"


def settle(horizon: int) -> set[int]:
    """The keys of those by the links of transactions before `horizon`; the others are right up to there, and say so."""
    behind = LakeFile.objects.standing().filter(links_hi__lt=str(horizon))
    stale = {file.pk for file in behind if _is_touched(file, horizon)}
    behind.exclude(pk__in=stale).update(links_hi=str(horizon))
    return stale


def _is_touched(file: LakeFile, horizon: int) -> bool:
    fresh = VisitorLink.objects.filter(tx__gte=file.links_hi, tx__lt=str(horizon))
    visitors = list(fresh.filter(visitor__gte=-file.person_max, visitor__lte=-file.person_min).values_list("visitor"))
    if not visitors:
        return False
    cursor = database.cursor()
    try:
        cursor.execute("CREATE TEMP TABLE fresh (visitor BIGINT)")
        cursor.executemany("INSERT INTO fresh VALUES (?)", visitors)
        files = database.files(cursor, [file.path], name="files")
        return bool(cursor.execute(_IN_IT.format(files=files)).fetchall())
    finally:
        cursor.close()
