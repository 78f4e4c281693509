"""Days, weeks and months of a time zone, as whole numbers that every engine computes alike.

A day's number counts from 1970-01-01, a week's from Monday 1969-12-29, a month's from January 1970. Engines differ
in what they know of time zones; so an instant becomes local time by adding the zone's offset, which changes a few
times a year at instants that zoneinfo tells, and the rest is whole-number arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import ibis
from ibis import ir

from events.record import epoch_us

DAY_US = 86_400_000_000
EPOCH = date(1970, 1, 1)
PERIODS = ("day", "week", "month")
_MARCH_1900 = (EPOCH - date(1900, 3, 1)).days
_STEP = timedelta(days=14)  # no zone changes its offset twice within it (but for a few days long ago)


@dataclass(frozen=True)
class Calendar:
    """The calendar of `zone` for instants in [first_us, last_us] (microseconds since 1970, UTC)."""

    zone: ZoneInfo
    first_us: int
    last_us: int

    def period(self, us: ir.IntegerValue, period: str) -> ir.IntegerValue:
        """The number of the day, week or month that an instant falls in."""
        day = self._local(us) // DAY_US
        if period == "day":
            return day
        return (day + 3) // 7 if period == "week" else _month_of(day)

    def _local(self, us: ir.IntegerValue) -> ir.IntegerValue:
        """Microseconds of the local clock since its 1970-01-01 00:00."""
        *changes, last = self.offsets
        shift = ibis.literal(last[1], "int64")
        if changes:
            cases = ((us < until, ibis.literal(offset, "int64")) for until, offset in changes)
            shift = ibis.cases(*cases, else_=shift)
        return us + shift

    @cached_property
    def offsets(self) -> list[tuple[int, int]]:
        """(the instant until which it holds, offset), both in microseconds, in order of time."""
        changes = list(_changes(self.zone, _instant(self.first_us), _instant(self.last_us)))
        offsets = [_offset(self.zone, _instant(self.first_us)), *(offset for _, offset in changes)]
        return list(zip([*(epoch_us(at) for at, _ in changes), self.last_us + 1], offsets, strict=True))


def number(day: date, period: str) -> int:
    """The number of the period that holds a local day."""
    days = (day - EPOCH).days
    if period == "month":
        return (day.year - 1970) * 12 + day.month - 1
    return days if period == "day" else (days + 3) // 7


def first_day(number: int, period: str) -> date:
    """The local day on which a period begins."""
    if period == "month":
        return date(1970 + number // 12, number % 12 + 1, 1)
    return EPOCH + timedelta(days=number if period == "day" else number * 7 - 3)


def starts_at(number: int, period: str, zone: ZoneInfo) -> datetime:
    """The instant at which a period begins: local midnight, or the first instant after it where a clock jumps over."""
    naive = datetime.combine(first_day(number, period), datetime.min.time())
    return naive.replace(tzinfo=zone).astimezone(UTC)


def _instant(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    return (at.astimezone(zone).utcoffset() or timedelta()) // timedelta(microseconds=1)


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[tuple[datetime, int]]:
    """(instant, the offset from then on) of each change in (first, last], to the second."""
    low = first
    while low < last:
        high = min(low + _STEP, last)
        if _offset(zone, low) != (after := _offset(zone, high)):
            left, right = low, high
            while right - left > timedelta(microseconds=1):
                middle = left + (right - left) // 2
                left, right = (left, middle) if _offset(zone, middle) == after else (middle, right)
            yield right, after
        low = high


def _month_of(day: ir.IntegerValue) -> ir.IntegerValue:
    """Months since January 1970 of a day's number, from 1900-03-01 to 2100-02-28, when each fourth year is a leap year.

    Counted from 1 March, as in H. Hinnant, "chrono-compatible low-level date algorithms"; short, because SQL repeats
    an expression wherever it is used.
    """
    since = day + _MARCH_1900
    year = (since * 4 + 3) // 1461
    month = ((since - year * 1461 // 4) * 5 + 2) // 153  # 0 is March
    return year * 12 + month - (70 * 12 - 2)
