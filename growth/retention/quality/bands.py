"""Between which numbers a day's events are expected. Pure.

A number of events is counted at its root, where chance is as wide for few as for many (Anscombe 1948): what chance
alone spreads is 1 wide there. Expected is the median of the same weekday in the eight weeks before; the spread is that
of all 56 days about the medians of their weekdays, for eight numbers alone tell no spread: by the median of the
distances, times NORMAL, as wide as a normal distribution's standard deviation, and so blind to a few wild days.

Of days that are like those before, fewer than 1 in 1000 are outside by chance alone, some 6 in 1000 where they vary by
a third (simulated; tests/growth/retention/test_quality_bands.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

WEEKS = 8
WIDTH = 4  # spreads on either side
NORMAL = 1.4826


class Band(NamedTuple):
    low: int
    usual: float  # the median of the weekday
    high: int

    def state(self, count: int) -> str:
        return "below" if count < self.low else "above" if count > self.high else "within"


def band(counts: Mapping[int, int], day: int, first: int) -> Band | None:
    """Of `day`, a number of a day as those of `counts` (none is 0); None where the event was not there all the time:
    its `first` day is not a whole one."""
    before = range(day - 7 * WEEKS, day)
    if first >= before.start:
        return None
    roots = [_root(counts.get(one, 0)) for one in before]
    expected = [median(roots[weekday::7]) for weekday in range(7)]
    spread = median(abs(root - expected[n % 7]) for n, root in enumerate(roots))
    reach = WIDTH * max(1.0, NORMAL * spread)
    usual = median(counts.get(one, 0) for one in before[::7])
    return Band(math.ceil(_count(expected[0] - reach)), usual, math.floor(_count(expected[0] + reach)))


def _root(count: float) -> float:
    return 2 * math.sqrt(count + 3 / 8)


def _count(root: float) -> float:
    return max(0.0, (max(root, 0.0) / 2) ** 2 - 3 / 8)
