"""Which weeks the dashboard shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Max

from community.points.periods import current
from growth.home.models import WeeklyNumber

LENGTHS = (26, 52, 156)
SIGNS_OF_LIFE = ("new_members", "active_members", "topics", "answers")


@dataclass(frozen=True)
class Period:
    """Weeks by their Mondays, both ends included."""

    first: date
    last: date
    weeks: int
    now: date  # the running week

    @property
    def past(self) -> bool:
        return self.last < self.now

    @property
    def earlier(self) -> str:
        return _address(self.weeks, self.first - timedelta(weeks=1))

    @property
    def later(self) -> str:
        return _address(self.weeks, min(self.last + timedelta(weeks=self.weeks), self.now))

    @property
    def lengths(self) -> list[tuple[int, str]]:
        return [(weeks, _address(weeks, self.last)) for weeks in LENGTHS]


def chosen(query: Mapping[str, str]) -> Period:
    """`weeks` of LENGTHS up to the week of the day `until`: without it the running week, or, where nothing happened
    for so long, the last week in which something did. What makes no sense counts as not given."""
    now = current("week").start
    weeks = next((length for length in LENGTHS if query.get("weeks") == str(length)), LENGTHS[0])
    last = min(_until(query.get("until", "")) or _last_lively(now, weeks), now)
    return Period(last - timedelta(weeks=weeks - 1), last, weeks, now)


def _until(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
        return max(day - timedelta(days=day.weekday()), date(1970, 1, 5))
    except (ValueError, OverflowError):
        return None


def _last_lively(now: date, weeks: int) -> date:
    found = WeeklyNumber.objects.filter(metric__in=SIGNS_OF_LIFE, numerator__gt=0).aggregate(week=Max("week"))["week"]
    return found if found and found <= now - timedelta(weeks=weeks) else now


def _address(weeks: int, until: date) -> str:
    return "?" + urlencode({"weeks": weeks, "until": until})
