"""The numbers of a funnel out of paths. numpy only; no Django, no engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Ints = np.ndarray  # of int64


@dataclass(frozen=True)
class Paths:
    """One each unit: `levels` steps reached, `times` (units × steps) when, in microseconds, in whatever order of the
    steps; `periods` those of the starts. What was not reached has a time after all that were."""

    levels: Ints
    times: Ints
    periods: Ints

    def of(self, chosen: np.ndarray) -> Paths:
        return Paths(self.levels[chosen], self.times[chosen], self.periods[chosen])


@dataclass(frozen=True)
class Step:
    """Who reached it, and in what time since the step before it; None where nothing precedes."""

    count: int
    from_start: float | None
    from_previous: float | None
    median_s: float | None
    mean_s: float | None


@dataclass(frozen=True)
class Share:
    """Of the starts in a period, those that went all the way."""

    period: int
    started: int
    completed: int


def steps(paths: Paths) -> list[Step]:
    number = paths.times.shape[1]
    reached = [int((paths.levels > n).sum()) for n in range(number)]
    times = np.sort(paths.times, axis=1)
    found = [Step(reached[0], None, None, None, None)]
    for n in range(1, number):
        there = paths.levels > n
        taken = times[there, n] - times[there, n - 1]
        rates = _rate(reached[n], reached[0]), _rate(reached[n], reached[n - 1])
        found.append(Step(reached[n], *rates, _median_s(taken), _mean_s(taken)))
    return found


def incomplete(paths: Paths) -> int:
    return int((paths.levels == 0).sum())


def trend(paths: Paths) -> Iterator[Share]:
    """One for each period from the first with a start to the last."""
    started = paths.periods[paths.levels > 0]
    if not started.size:
        return
    first = int(started.min())
    completed = paths.periods[paths.levels == paths.times.shape[1]]
    counts = np.bincount(started - first)
    done = np.bincount(completed - first, minlength=counts.size)
    for n, (all_, some) in enumerate(zip(counts.tolist(), done.tolist(), strict=True)):
        yield Share(first + n, all_, some)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _median_s(us: Ints) -> float | None:
    return float(np.median(us)) / 1e6 if us.size else None


def _mean_s(us: Ints) -> float | None:
    """Of Python's whole numbers, whose sum does not overflow and whose quotient is rounded once."""
    values = us.tolist()
    return sum(values) / (len(values) * 1_000_000) if values else None
