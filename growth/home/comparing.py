"""The last full week beside the one before it and the four before it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from growth.home.metrics import Unit

MEAN_OVER = 4


@dataclass(frozen=True)
class Number:
    """A WeeklyNumber without its table."""

    week: date
    value: float | None
    numerator: int
    denominator: int | None
    complete: bool


@dataclass(frozen=True)
class Comparison:
    last: Number
    before: float | None
    mean: float | None  # of the MEAN_OVER weeks before `last`


def compare(numbers: Sequence[Number], unit: Unit) -> Comparison | None:
    """Of the newest complete number, given by week; numbers whose time is not over enter nowhere."""
    complete = [number for number in numbers if number.complete]
    if not complete:
        return None
    earlier = complete[-1 - MEAN_OVER : -1]
    mean = mean_of(earlier, unit) if len(earlier) == MEAN_OVER else None
    return Comparison(complete[-1], earlier[-1].value if earlier else None, mean)


def mean_of(numbers: Sequence[Number], unit: Unit) -> float | None:
    """Weeks of questions weigh by their questions: a share is pooled, a median's mean is weighted."""
    if unit is Unit.COUNT:
        return sum(number.numerator for number in numbers) / len(numbers)
    asked = [number for number in numbers if number.denominator]
    total = sum(number.denominator or 0 for number in asked)
    if total == 0 or any(number.value is None for number in asked):
        return None
    return sum((number.value or 0) * (number.denominator or 0) for number in asked) / total


def change(now: float | None, then: float | None, unit: Unit) -> float | None:
    """Relative to `then`; of shares the difference."""
    if now is None or then is None:
        return None
    if unit is Unit.SHARE:
        return now - then
    return (now - then) / then if then else None
