"""Bring a file: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from events.importing import cleaning, files, staging
from events.models import IntakeCount

EVERY = 10_000  # rows between two words of progress


@dataclass(frozen=True)
class Source:
    """The file, the names of its columns, and what the system is called that it comes from."""

    path: Path
    unit: str
    name: str
    at: str
    id: str = ""
    system: str = "import"
    zone: tzinfo = UTC
    declare: bool = False

    @property
    def columns(self) -> list[str]:
        return [column for column in (self.unit, self.name, self.at, self.id) if column]


@dataclass
class Report:
    events: int = 0
    units: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


@transaction.atomic
def bring(source: Source, *, progress: Callable[[int], None] = lambda rows: None) -> Report:
    """Raises files.BadFile; then nothing has changed. What was brought before is skipped as `duplicate`.

    `progress` is told how many more rows have been read. One import of a system waits for another.
    """
    now, report = timezone.now(), Report()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import_events:{source.system}"])
    staging.stage(_staged(source, now, report, progress))
    report.skipped += staging.drop_unknown(declare_for=f"import:{source.system}"[:60] if source.declare else "")
    written, report.units = staging.write(source.system)
    report.events = written.total()
    if again := staging.left() - report.events:
        report.skipped["duplicate"] += again
    _count(written, report, now)
    return report


def _staged(source: Source, now: datetime, report: Report, progress: Callable[[int], None]) -> Iterator[staging.Staged]:
    nth = 0
    for nth, (unit, name, at, *ids) in enumerate(files.rows(source.path, source.columns), 1):
        if nth % EVERY == 0:
            progress(EVERY)
        try:
            us = cleaning.microseconds(at, zone=source.zone, now=now)
            own = cleaning.id_of(ids[0]) if ids else None
            yield nth, cleaning.unit_of(unit), cleaning.name_of(name), us, own
        except cleaning.Skipped as skipped:
            report.skipped[str(skipped)] += 1
    progress(nth % EVERY)


def _count(written: Counter[str], report: Report, now: datetime) -> None:
    """For the page about the data."""
    day = now.astimezone(UTC).date()
    counts = {(day, "import", name, "written"): number for name, number in written.items()}
    counts |= {(day, "import", "", reason): number for reason, number in report.skipped.items()}
    IntakeCount.objects.add(counts)
