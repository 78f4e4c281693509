"""Days of the site's time zone, for arrays of instants."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.timezone import get_default_timezone_name
from numpy.typing import NDArray

from events.engine.calendar import DAY_US, Calendar, first_day, starts_at
from events.record import epoch_us

Ints = NDArray[np.int64]


class Days:
    """For instants in [first, last], microseconds since 1970."""

    def __init__(self, first: int, last: int, zone: str = "") -> None:
        self._zone = ZoneInfo(zone or get_default_timezone_name())
        offsets = Calendar(self._zone, first, last).offsets
        self._until = np.array([until for until, _ in offsets[:-1]], np.int64)
        self._offsets = np.array([offset for _, offset in offsets], np.int64)

    def of(self, instants: Ints) -> Ints:
        """The number of the local day, from 1970-01-01, in which each falls."""
        if not len(self._until):
            return (instants + self._offsets[0]) // DAY_US
        return (instants + self._offsets[np.searchsorted(self._until, instants, side="right")]) // DAY_US

    def start(self, day: int) -> int:
        return epoch_us(starts_at(day, "day", self._zone))


def dated(day: int) -> date:
    return first_day(day, "day")


def numbered(day: date) -> int:
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
