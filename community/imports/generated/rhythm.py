"""When people are at their keyboards: a curve of the day and of the week in each one's own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

# Weight of each local hour, from midnight.
HOURS = (3, 1, 0.5, 0.3, 0.3, 0.8, 2, 4, 7, 10, 11, 10, 7, 9, 10, 10, 9, 8, 6, 6, 8, 9, 8, 5)
WEEKDAYS = (1.0, 1.05, 1.05, 1.0, 0.9, 0.5, 0.55)  # Monday first
AWAKE = range(7, 24)

zone = cache(ZoneInfo)  # ZoneInfo itself keeps the last eight only, and reads the others from disk again


def presence(at: datetime, time_zone: str) -> float:
    """How likely somebody living in that zone is to be here at that time; about 0-1."""
    local = at.astimezone(zone(time_zone))
    return HOURS[local.hour] / 11 * WEEKDAYS[local.weekday()]


def moment_on(day: datetime, time_zone: str, rng: Random) -> datetime:
    """A time on the local day on which `day` falls, more often at the hours when people are here."""
    midnight = day.astimezone(zone(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    hour = rng.choices(range(24), HOURS)[0]
    return (midnight + timedelta(hours=hour, seconds=rng.randrange(3600))).astimezone(day.tzinfo)


def when_awake(at: datetime, time_zone: str, rng: Random) -> datetime:
    """`at`, or in the night the morning after."""
    local = at.astimezone(zone(time_zone))
    if local.hour in AWAKE:
        return at
    hours = AWAKE.start - local.hour + rng.expovariate(1)
    return at + timedelta(hours=hours)
