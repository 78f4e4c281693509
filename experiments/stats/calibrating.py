"""Whether tests keep their promises, counted over many of which the truth is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.special import ndtri


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with Wilson's interval (Wilson 1927); all NaN of none."""

    count: int
    of: int
    share: float
    low: float
    high: float


def share(count: int, of: int, *, alpha: float = 0.05) -> Share:
    if not of:
        return Share(0, 0, math.nan, math.nan, math.nan)
    z2, found = float(ndtri(1 - alpha / 2)) ** 2, count / of
    centre, shrink = found + z2 / (2 * of), 1 + z2 / of
    side = math.sqrt(z2 * (found * (1 - found) / of + z2 / (4 * of**2)))
    return Share(count, of, found, max(0.0, (centre - side) / shrink), min(1.0, (centre + side) / shrink))


def false_positives(values: Iterable[float], level: float = 0.05) -> Share:
    """Of the p-values of tests where there is nothing to find, those below the level."""
    told = list(values)
    return share(sum(one < level for one in told), len(told))


def coverage(intervals: Iterable[tuple[float, float]], truth: float = 0.0) -> Share:
    """Of the intervals, those that hold the truth."""
    told = list(intervals)
    return share(sum(low <= truth <= high for low, high in told), len(told))


def histogram(values: Sequence[float], bins: int = 20) -> list[int]:
    """How many p-values lie in each of so many equal parts of 0 to 1: level where there is nothing to find."""
    counts = [0] * bins
    for value in values:
        counts[min(int(value * bins), bins - 1)] += 1
    return counts
