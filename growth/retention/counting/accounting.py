"""The rows of lifecycle, stickiness and daily numbers out of counts. Plain numbers in and out; no Django, no engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

WEEK, MONTH = 7, 30  # days, the day itself the last of them


@dataclass(frozen=True)
class Account:
    """Persons of one period: active = new + returning + resurrected."""

    active: int = 0
    new: int = 0
    returning: int = 0
    resurrected: int = 0
    leaving: int = 0  # who are not active in the period after
    dormant: int = 0  # who were active in the period before, and are not


def accounts(found: Mapping[int, Account], last: int) -> dict[int, Account]:
    """One for each period from the first active one to `last`; who left the period before is dormant in it."""
    first = min(found, default=last + 1)
    return {
        number: replace(found.get(number, Account()), dormant=found.get(number - 1, Account()).leaving)
        for number in range(first, last + 1)
    }


@dataclass(frozen=True)
class Habit:
    """Persons who were active in exactly `periods` periods of a range, and in that many or more."""

    periods: int
    persons: int
    at_least: int


def habits(found: Mapping[int, int], longest: int) -> list[Habit]:
    """`found`: periods to persons. One for each number of periods from 1 to `longest`, those of the range."""
    counts = [found.get(periods, 0) for periods in range(1, longest + 1)]
    at_least = list(accumulate(reversed(counts)))[::-1]
    return [Habit(n, *both) for n, both in enumerate(zip(counts, at_least, strict=True), start=1)]


@dataclass(frozen=True)
class Day:
    """Persons active on a day, in the 7 days and in the 30 days that end with it."""

    daily: int
    weekly: int
    monthly: int


def days(returns: Iterable[tuple[int, int, int]], last: int) -> dict[int, Day]:
    """`returns`: (day, gap, persons), see growth.retention.active. One Day for each from the first to `last`."""
    returns = list(returns)
    first = min((day for day, _gap, _persons in returns), default=last + 1)
    daily, weekly, monthly = (_running(returns, first, last, window) for window in (1, WEEK, MONTH))
    numbers = range(first, last + 1)
    return {day: Day(*three) for day, *three in zip(numbers, daily, weekly, monthly, strict=True)}


def _running(returns: Iterable[tuple[int, int, int]], first: int, last: int, window: int) -> list[int]:
    """Each comes on their active day and goes on their next or after `window` days: the running sum is who is there."""
    changes = [0] * (last - first + 1 + MONTH)
    for day, gap, persons in returns:
        changes[day - first] += persons
        changes[day - first + min(gap, window)] -= persons
    return list(accumulate(changes))[: last - first + 1]
