"""Days and periods of boards, in the site's time zone whatever the reader's is. Weeks start on Monday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

NAMES = ("day", "week", "month", "year", "all")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The days from `start` to `end`, both included."""

    name: str
    start: date
    end: date

    @property
    def key(self) -> str:
        """Its name in caches: `week:2026-11-16`."""
        return self.name if self.name == "all" else f"{self.name}:{self.start}"

    @property
    def endless(self) -> bool:
        return self.end == date.max


def site_day(at: datetime | None = None) -> date:
    """The day of a moment (now) in the site's time zone."""
    return (at or timezone.now()).astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def midnight(day: date) -> datetime:
    """When a day of the site begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.TIME_ZONE))


def around(name: str, day: date) -> Period:
    """The period called `name` (of NAMES) that holds `day`."""
    if name == "day":
        return Period(name, day, day)
    if name == "week":
        monday = day - day.weekday() * DAY
        return Period(name, monday, monday + 6 * DAY)
    if name == "month":
        first = day.replace(day=1)
        return Period(name, first, (first + 31 * DAY).replace(day=1) - DAY)
    if name == "year":
        return Period(name, date(day.year, 1, 1), date(day.year, 12, 31))
    return Period("all", date.min, date.max)


def current(name: str) -> Period:
    return around(name, site_day())


def until_yesterday(name: str, today: date) -> Period:
    """The period that held yesterday, as far as yesterday's end: what a change of rank is measured against."""
    yesterday = today - DAY
    return Period(name, around(name, yesterday).start, yesterday)
