"""The boards as the admin shows them: what Redis has of each, and who leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from redis.exceptions import RedisError

from community.members.models import Member
from community.points import periods, wording
from community.points.boards import live, totals
from community.points.models import SITE

TOP = 10


@dataclass(frozen=True)
class Board:
    name: str
    label: str
    ready: bool | None  # None: Redis is away
    leaders: list[tuple[Member, int]]


def boards() -> list[Board]:
    """Each board with its leaders, from PostgreSQL, so that they are there without Redis too. Six queries."""
    shown = [periods.current(name) for name in periods.NAMES]
    ready = _ready([period.key for period in shown])
    places = [list(totals.ranking(SITE, period)[:TOP]) for period in shown]
    members = Member.objects.in_bulk({pk for rows in places for pk, _points in rows})
    return [
        Board(p.name, str(wording.PERIODS[p.name]), there, [(members[pk], points) for pk, points in rows])
        for p, there, rows in zip(shown, ready, places, strict=True)
    ]


def swept_at() -> datetime | None:
    """When the boards were last compared with the newest entries; None where Redis does not know or is away."""
    try:
        found = live.mark_time("swept")
    except RedisError:
        return None
    return datetime.fromtimestamp(found, UTC) if found else None


def _ready(keys: list[str]) -> list[bool | None]:
    try:
        return list(live.is_ready(keys))
    except RedisError:
        return [None] * len(keys)
