"""Moments of the clocks on people's walls, as instants. Pure.

A wall clock's time that does not exist (clocks go forward) or exists twice (they go back) is read as the standard
library reads it with fold=0 (PEP 495): by the offset before the change. PostgreSQL's AT TIME ZONE takes the later of
two, so instants are computed here, one for each zone, and not there.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST = timedelta(hours=14)  # UTC+14 is the first to have a day


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """In UTC, when the clocks of the zone show `wall` (naive)."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def nth(start: datetime, repeat: str, n: int) -> datetime:
    """The n-th repetition, from 0, of what begins at `start` (naive); on the month's last day where it is shorter."""
    if repeat == "daily":
        return start + timedelta(days=n)
    if repeat == "weekly":
        return start + timedelta(weeks=n)
    months = start.year * 12 + start.month - 1 + n
    year, month = months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def following(start: datetime, repeat: str, *, after: datetime, now: datetime) -> datetime:
    """The repetition after `after`, but of several whose time has come by `now` only the last: what was missed is made
    up for once. All naive, of one clock."""
    span = {"daily": 1, "weekly": 7, "monthly": 31}[repeat]
    n = max((max(after, now) - start).days // span - 1, 0)
    while nth(start, repeat, n) <= after:
        n += 1
    while nth(start, repeat, n + 1) <= now:
        n += 1
    return nth(start, repeat, n)


def personal(wall: datetime, zone: ZoneInfo, *, now: datetime, wait: bool) -> datetime:
    """When a member of the zone is due whose clock should show `wall`: at once where that was less than an hour ago,
    else, to `wait` for it, at that time of their next day that has it to come."""
    due = instant(wall, zone)
    if due > now:
        return due
    if not wait or now - due < timedelta(hours=1):
        return now
    return upcoming(wall.time(), zone, now)


def upcoming(at: time, zone: ZoneInfo, since: datetime) -> datetime:
    """The first moment from `since` on at which the clocks of the zone show `at`."""
    day = since.astimezone(zone).date()
    due = instant(datetime.combine(day, at), zone)
    return due if due >= since else instant(datetime.combine(day + timedelta(days=1), at), zone)
