"""Where things lie in a report's pictures: plain coordinates for SVG. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

Ci = Sequence[float | None] | None
SMALLEST = 0.01  # of an axis on either side: a change of 1 %
FARTHEST = 2.5  # times the middle one: how far one wide interval may stretch the axis of all


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, drawn over `length` from `start` on; `ticks` are round numbers between them."""

    low: float
    high: float
    start: float
    length: float

    def at(self, value: float) -> float:
        """What lies beyond an end is drawn at it."""
        held = min(max(value, self.low), self.high)
        return round(self.start + (held - self.low) / (self.high - self.low) * self.length, 1)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def ticks(self) -> list[float]:
        step = _round_step((self.high - self.low) / 6)
        first = math.ceil(self.low / step - 1e-9)
        return [n * step for n in range(first, math.floor(self.high / step + 1e-9) + 1)]


@dataclass(frozen=True, slots=True)
class Span:
    """An interval on an axis; open where it goes on beyond the picture."""

    low: float
    high: float
    open_low: bool
    open_high: bool


def common_axis(intervals: Iterable[Ci], *, start: float, length: float, whole: Iterable[Ci] = ()) -> Axis:
    """On which intervals around 0 can be compared: 0 is on it, one that is very wide does not squeeze the rest, and
    those of `whole` are seen from end to end."""
    told = _told(intervals)
    reach = FARTHEST * median(max(map(abs, ends)) for ends in told) if told else SMALLEST
    reach = max([reach, *(max(map(abs, ends)) for ends in _told(whole))])
    low = max(-reach, min((low for low, _ in told), default=0.0))
    high = min(reach, max((high for _, high in told), default=0.0))
    margin = max(SMALLEST, high - low) * 0.08
    return Axis(min(low, -SMALLEST) - margin, max(high, SMALLEST) + margin, start, length)


def _told(intervals: Iterable[Ci]) -> list[tuple[float, float]]:
    return [(ci[0], ci[1]) for ci in intervals if ci and ci[0] is not None and ci[1] is not None]


def span(axis: Axis, ci: Ci) -> Span | None:
    if ci is None or ci[0] is None or ci[1] is None:
        return None
    return Span(axis.at(ci[0]), axis.at(ci[1]), ci[0] < axis.low, ci[1] > axis.high)


def apart(heights: Sequence[float], least: float) -> list[float]:
    """Labels at these heights, moved down so far that none lies on another; in the order given."""
    moved, floor = dict[int, float](), -math.inf
    for place in sorted(range(len(heights)), key=heights.__getitem__):
        floor = moved[place] = max(heights[place], floor + least)
    return [moved[place] for place in range(len(heights))]


def path(points: Iterable[tuple[float, float] | None]) -> str:
    """An SVG path through the points, broken where there is none."""
    words, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        words.append(f"{pen}{point[0]} {point[1]}")
        pen = "L"
    return " ".join(words)


def band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in [*upper, *reversed(lower)])


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
