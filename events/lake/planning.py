"""Which files to merge: pure thoughts about the facts of the manifest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

SEALED, DAY, MONTH = 0, 1, 2
CLOSED_AFTER = timedelta(days=3)  # most of what comes late has come by then
SMALL = 0.05  # what comes later to a month waits until it is more than this share of it,
MANY = 31  # or so many files
STALE_FOR = timedelta(days=1)  # a file is not written anew more often than this because of links


@dataclass(frozen=True)
class Fact:
    """What the plan must know of a standing file."""

    pk: int
    level: int
    month: date
    rows: int
    made_at: datetime
    stale: bool = False  # a visitor in it has become a member since it was written


@dataclass(frozen=True)
class Merge:
    """Files to become one; a single one is written anew for its links."""

    files: tuple[int, ...]
    level: int
    month: date


def plan(facts: Iterable[Fact], now: datetime) -> list[Merge]:
    """Of a month that is over one file; of a running one a file for each day on which events were sealed."""
    by_month = groupby(sorted(facts, key=lambda fact: (fact.month, fact.pk)), key=lambda fact: fact.month)
    merges = []
    for month, group in by_month:
        files = list(group)
        merges += _whole(month, files) if _is_ripe(month, files, now) else _daily(month, files, now)
    return merges


def _is_ripe(month: date, files: Collection[Fact], now: datetime) -> bool:
    """Over, and not yet one file, or with enough beside it."""
    following = (month + timedelta(days=31)).replace(day=1)
    if now.date() < following + CLOSED_AFTER or len(files) == 1:
        return False
    small = [file for file in files if file.level < MONTH]
    in_months = sum(file.rows for file in files) - sum(file.rows for file in small)
    return len(small) > MANY or sum(file.rows for file in small) > SMALL * in_months


def _whole(month: date, files: Collection[Fact]) -> list[Merge]:
    return [Merge(tuple(file.pk for file in files), MONTH, month)]


def _daily(month: date, files: Collection[Fact], now: datetime) -> list[Merge]:
    """What was sealed, with the file of the same day; others again where they are stale."""
    fresh = [file for file in files if file.level == SEALED]
    of_today = [file for file in files if file.level == DAY and file.made_at.date() == now.date()] if fresh else []
    merging = [*of_today, *fresh]
    merges = [Merge(tuple(file.pk for file in merging), DAY, month)] if len(merging) > 1 else []
    alone = [
        file for file in files if file.stale and now - file.made_at >= STALE_FOR and (not merges or file not in merging)
    ]
    return [*merges, *(Merge((file.pk,), file.level, month) for file in alone)]
