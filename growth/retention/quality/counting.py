"""The numbers of the data's own health: of events as reports read them, of what came from outside, of the lake.

Volume is counted by the engine and not read off `DailyCount`: so what is not sealed yet is in it, and a derived table
that is behind does not look like a day on which less happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from events.derived.tables import TABLES
from events.engine import EVENTS, Reader
from events.engine.calendar import Calendar, first_day, number, starts_at
from events.models import Event, FillMark, IntakeCount, LakeFile, Seal
from events.models.intake import FROM_OUTSIDE, LATE, LEFT_OUT, IntakeCountQuerySet
from events.record import epoch_us
from growth.reports.kinds import Params
from growth.retention.quality.bands import WEEKS, band
from growth.retention.quality.judging import LIVE, findings

Rows = list[dict[str, Any]]
UNKNOWN = 20  # names that nobody has declared, the most frequent


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """{"at", "zone", "volume", "intake", "arrivals", "reasons", "unknown", "pages", "left_out", "lake", "tables",
    "findings"}: the parts are described below, findings in judging.py."""
    today = reader.as_of.astimezone(UTC).date()
    counts = IntakeCount.objects.between(today - timedelta(days=params["days"]), today)
    found: dict[str, Any] = {
        "at": reader.as_of.isoformat(timespec="seconds"),
        "zone": settings.TIME_ZONE,
        "volume": volume(reader, params["days"]),
        "intake": [_of_source(counts.filter(source=source), source) for source in FROM_OUTSIDE],
        "arrivals": _marked(_arrivals(counts.filter(source__in=LIVE)), today.isoformat()),
        "reasons": _totals(counts.refused(), "outcome"),
        "unknown": list(counts.unknown_names()[:UNKNOWN]),
        "pages": _marked(_pages(counts), today.isoformat()),
        "left_out": _totals(counts.left_out(), "outcome"),
        "lake": _lake(reader),
        "tables": _tables(reader.as_of),
    }
    return {**found, "findings": findings(found)}


def people(params: Params, cell: Params, reader: Reader) -> NoReturn:
    raise ValueError(_("There are no people behind these numbers."))


def volume(reader: Reader, days: int) -> Rows:
    """[{"name", "first", "days": [{"day", "count", "low", "usual", "high", "state"}]}] of the last `days` that are over
    in the site's zone, of each event that happened in them or in the weeks of their bands."""
    zone = ZoneInfo(settings.TIME_ZONE)
    end = number(reader.as_of.astimezone(zone).date(), "day")
    counts = _counts(reader, zone, end - days - 7 * WEEKS, end)
    begun = EVENTS.group_by("name").agg(first=EVENTS.epoch_us.min())
    firsts = {row["name"]: _local_day(row["first"], zone) for row in reader.records(begun)}
    return [_of_event(name, counts[name], firsts[name], range(end - days, end)) for name in sorted(counts)]


def _counts(reader: Reader, zone: ZoneInfo, first: int, end: int) -> dict[str, dict[int, int]]:
    """Events of each name on each day of [first, end)."""
    since, until = (epoch_us(starts_at(day, "day", zone)) for day in (first, end))
    recent = EVENTS.filter(EVENTS.epoch_us >= since, EVENTS.epoch_us < until)
    by_day = {"name": recent.name, "day": Calendar(zone, since, until).period(recent.epoch_us, "day")}
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for row in reader.records(recent.group_by(**by_day).agg(count=recent.count())):
        found[row["name"]][row["day"]] = row["count"]
    return found


def _local_day(us: int, zone: ZoneInfo) -> int:
    return number((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).astimezone(zone).date(), "day")


def _of_event(name: str, counts: Mapping[int, int], first: int, days: range) -> dict[str, Any]:
    told = [_of_day(counts, day, first) for day in days]
    return {"name": name, "first": first_day(first, "day").isoformat(), "days": told}


def _of_day(counts: Mapping[int, int], day: int, first: int) -> dict[str, Any]:
    count, expected = counts.get(day, 0), band(counts, day, first)
    low, usual, high = expected or (None, None, None)
    state = expected.state(count) if expected else "no_band"
    told = {"day": first_day(day, "day").isoformat(), "count": count}
    return {**told, "low": low, "usual": usual, "high": high, "state": state}


def _of_source(counts: IntakeCountQuerySet, source: str) -> dict[str, Any]:
    """{"source", "written", "refused", "duplicate", "late_1h", "late_1d", "late_7d"}."""
    late = {row["outcome"]: row["count"] for row in _totals(counts.lateness(), "outcome")}
    sums = {what: sum(row["total"] for row in rows) for what, rows in _parts(counts).items()}
    return {"source": source, **sums, **{outcome: late.get(outcome, 0) for outcome in LATE}}


def _parts(counts: IntakeCountQuerySet) -> dict[str, Any]:
    return {"written": counts.volume(), "refused": counts.refused(), "duplicate": counts.duplicates()}


def _arrivals(counts: IntakeCountQuerySet) -> Rows:
    """[{"day", "written", "refused", "duplicate"}], of days on which something came."""
    days: dict[str, dict[str, int]] = defaultdict(lambda: {"written": 0, "refused": 0, "duplicate": 0})
    for what, rows in _parts(counts).items():
        for row in rows:
            days[row["day"].isoformat()][what] += row["total"]
    return [{"day": day, **days[day]} for day in sorted(days)]


def _pages(counts: IntakeCountQuerySet) -> Rows:
    """[{"day", "server", "beacon", and what the server left out}]: pages it has shown, and views that browsers sent."""
    columns = ("server", "beacon", *LEFT_OUT)
    days: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(columns, 0))
    views: Any = counts.page_views()
    for row in views:
        column = {"seen": "server", "written": "beacon"}.get(row["outcome"], row["outcome"])
        if column == "beacon" or row["source"] == "server":  # what the beacon left out is told for itself
            days[row["day"].isoformat()][column] += row["total"]
    return [{"day": day, **days[day]} for day in sorted(days)]


def _marked(rows: Rows, today: str) -> Rows:
    return [{**row, "state": "partial" if row["day"] == today else "complete"} for row in rows]


def _totals(rows: Any, by: str) -> Rows:
    """Summed over days, the most frequent first."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row[by]] += row["total"]
    return [{by: key, "count": count} for key, count in sorted(sums.items(), key=lambda one: (-one[1], one[0]))]


def _lake(reader: Reader) -> dict[str, Any]:
    """Rows that wait to be sealed, seconds since all that waited was, rows PostgreSQL holds, and the files."""
    mark = FillMark.objects.filter(pk="lake").first()
    standing = LakeFile.objects.standing()
    return {
        "waiting": reader.snapshot.tail.num_rows,
        "lag": _age(mark, reader.as_of),
        "hot_rows": Event.objects.count(),
        "files": standing.count(),
        "small_files": standing.filter(level=LakeFile.Level.SEALED).count(),
        **standing.aggregate(rows=Sum("rows", default=0), bytes=Sum("bytes", default=0)),
    }


def _tables(now: datetime) -> Rows:
    """[{"table", "age": seconds since it was filled, "behind": rows sealed that it had not taken up}]."""
    marks = FillMark.objects.in_bulk([table.name for table in TABLES])
    return [_of_table(table.name, marks.get(table.name), now) for table in TABLES]


def _of_table(name: str, mark: FillMark | None, now: datetime) -> dict[str, Any]:
    sealed = Seal.objects.filter(tx_hi__gt=mark.tx_hi) if mark else Seal.objects.all()
    return {"table": name, "age": _age(mark, now), "behind": sealed.aggregate(rows=Sum("rows", default=0))["rows"]}


def _age(mark: FillMark | None, now: datetime) -> float | None:
    return round(max(0.0, (now - mark.filled_at).total_seconds()), 1) if mark else None
