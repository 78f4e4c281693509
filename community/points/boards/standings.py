"""One page of a board: from Redis where it is live, else from sums in PostgreSQL kept for a minute."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from redis.exceptions import RedisError

from community.nearby import cache
from community.points import periods
from community.points.boards import live, totals
from community.points.boards.publishing import yesterday_key
from community.points.models import SITE
from community.points.periods import Period

logger = logging.getLogger(__name__)

SIZE = 50
SUMMED_ROWS = 1000  # so deep goes a board that is not live
SUMMED_FOR = 60  # seconds

Rows = Sequence[tuple[int, int]]  # member and points, the first of the board first


@dataclass(frozen=True)
class Place:
    """A member's place: equal points share a rank. `before` is the rank when yesterday ended, None if not on it."""

    member_id: int
    points: int
    rank: int
    before: int | None = None
    gap: int | None = None  # for one's own place: points to the next above, at `next_rank`
    next_rank: int | None = None

    @property
    def change(self) -> int:
        """Ranks won since yesterday; 0 where nothing is known of yesterday."""
        return self.before - self.rank if self.before else 0


@dataclass(frozen=True)
class Standings:
    rows: Sequence[Place]
    mine: Place | None
    length: int  # how many are on the board; at most SUMMED_ROWS where it is not live
    live: bool


def read(scope: str, period: Period, *, page: int = 1, size: int = SIZE, member_id: int | None = None) -> Standings:
    """Page `page` (from 1) of a board, and the place of one member wherever on it; never an error for want of Redis."""
    start = (page - 1) * size
    if scope == SITE:
        try:
            found = live.read_page(period.key, yesterday_key(period.name), start, start + size - 1, member_id)
        except RedisError as error:
            logger.info("board %s from PostgreSQL: %s", period.key, error)
            found = None
        if found is not None:
            return _from_redis(found, start, member_id)
    return _summed(scope, period, start, size, member_id)


def _from_redis(found: list[Any], start: int, member_id: int | None) -> Standings:
    length, first, words, mine = found
    numbers = [int(word) for word in words.split()]
    rows = [(member, -score) for member, score in zip(numbers[::3], numbers[1::3], strict=True)]
    places = _places(rows, start, first, before=numbers[2::3])
    return Standings(places, _mine_from_redis(member_id, mine), length, live=True)


def _mine_from_redis(member_id: int | None, mine: list[Any] | None) -> Place | None:
    if not member_id or not mine:
        return None
    score, rank, before, above, next_rank = (int(number) for number in mine)
    ahead = next_rank > 0
    return Place(
        member_id=member_id,
        points=-score,
        rank=rank,
        before=before if before > 0 else None,
        gap=score - above if ahead else None,
        next_rank=next_rank if ahead else None,
    )


def _places(rows: Rows, start: int, first_rank: int, before: Sequence[int] = ()) -> list[Place]:
    """Rows that begin at index `start` of the board, with a shared rank where points are equal.

    `before` are their ranks when yesterday ended, -1 for those that were not on the board.
    """
    places: list[Place] = []
    rank, last = first_rank, None
    for index, (member_id, points) in enumerate(rows):
        if index and points != last:
            rank = start + index + 1
        last = points
        was = before[index] if before else -1
        places.append(Place(member_id, points, rank, was if was > 0 else None))
    return places


def _summed(scope: str, period: Period, start: int, size: int, member_id: int | None) -> Standings:
    """The first thousand as they stood within the last minute."""
    board = _top(scope, period)
    yesterday = periods.until_yesterday(period.name, periods.site_day())
    before = {place.member_id: place.rank for place in _top(scope, yesterday)}
    rows = [replace(place, before=before.get(place.member_id)) for place in board[start : start + size]]
    mine = _mine_summed(scope, period, board, member_id) if member_id else None
    return Standings(rows, mine and replace(mine, before=before.get(mine.member_id)), len(board), live=False)


def _top(scope: str, period: Period) -> list[Place]:
    key = f"board:{scope}:{period.name}:{period.start}:{period.end}"
    rows = cache.get_or_set(key, lambda: list(totals.ranking(scope, period)[:SUMMED_ROWS]), SUMMED_FOR)
    return _places(cast(Rows, rows), 0, 1)


def _mine_summed(scope: str, period: Period, board: list[Place], member_id: int) -> Place | None:
    mine = next((place for place in board if place.member_id == member_id), None)
    if mine is None:
        key = f"place:{scope}:{period.key}:{member_id}"
        found = cache.get_or_set(key, lambda: _below_the_top(scope, period, member_id), SUMMED_FOR)
        points, rank = cast(tuple[int, int], found)
        if points <= 0:
            return None
        mine = Place(member_id, points, rank)
    above = [place for place in board if place.points > mine.points]
    if not above:
        return mine
    # Of a member below the first thousand the neighbour is not known, so the aim is the last of them.
    return replace(mine, gap=above[-1].points - mine.points, next_rank=above[-1].rank)


def _below_the_top(scope: str, period: Period, member_id: int) -> tuple[int, int]:
    points = totals.of_member(scope, period, member_id)
    return points, totals.count_above(scope, period, points) + 1 if points > 0 else 0
