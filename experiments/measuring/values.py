"""What each unit did after its first exposure, and before: the value of every kind of metric.

The value in a window is the difference of two running counts. An event at the very instant of the exposure counts as
after it; windows end before their end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.measuring.days import Ints
from experiments.measuring.series import Events
from experiments.measuring.what import BEFORE, DAY, Kind, Measure, Series

Rows = NDArray[np.intp] | slice
MILLISECOND = 1000


class Values(NamedTuple):
    """By unit, in minor units: the value, the same before the exposure, and a ratio's denominator."""

    y: Ints
    x: Ints
    d: Ints | None = None


@dataclass
class Units:
    """Persons with their first exposure to a phase, and the events of them all."""

    events: Events
    person: Ints
    instants: Ints  # of the first exposure
    as_of: int
    _places: dict[int, Ints] = field(default_factory=dict)

    def place(self, after: int | None, rows: Rows) -> Ints:
        """Where among the events `after` microseconds after the exposure are; None: all so far."""
        shift = self.as_of if after is None else after
        if shift not in self._places:
            self._places[shift] = self.events.place(self.person, np.minimum(self.instants + shift, self.as_of))
        return self._places[shift][rows]

    def values(self, measure: Measure, rows: Rows) -> Values:
        return _KINDS[measure.kind](self, measure, rows)


def _between(units: Units, measure: Measure, rows: Rows, first: int, end: int | None) -> Ints:
    """Their count, or the sum of their values."""
    running = units.events.sums if measure.is_valued else units.events.counts
    found = running(measure.series)
    return found[units.place(end, rows)] - found[units.place(first, rows)]


def _capped(measure: Measure, values: Ints) -> Ints:
    return values if measure.cap is None else np.minimum(values, measure.cap)


def _sum(units: Units, measure: Measure, rows: Rows) -> Values:
    after = _between(units, measure, rows, 0, measure.window)
    return Values(_capped(measure, after), _capped(measure, _between(units, measure, rows, -BEFORE, 0)))


def _conversion(units: Units, measure: Measure, rows: Rows) -> Values:
    after, before = _sum(units, measure, rows)[:2]
    return Values((after > 0).astype(np.int32), (before > 0).astype(np.int32))


def _retention(units: Units, measure: Measure, rows: Rows) -> Values:
    day = measure.day or 0
    after = _between(units, measure, rows, day * DAY, (day + 1) * DAY)
    return Values((after > 0).astype(np.int32), _between(units, measure, rows, -BEFORE, 0))


def _ratio(units: Units, measure: Measure, rows: Rows) -> Values:
    if measure.below is None:
        raise ValueError(f"ratio {measure.pk} has no denominator")
    return _sum(units, measure, rows)._replace(d=units.values(measure.below, rows).y)


def _time(units: Units, measure: Measure, rows: Rows) -> Values:
    """Milliseconds to the first, and 1 of those who have one."""
    found = units.events.next(measure.series, units.place(0, rows))
    has = found < units.place(measure.window, rows)
    waited = units.events.since(found, units.person[rows], units.instants[rows]) // MILLISECOND
    y = _capped(measure, np.where(has, waited, 0))
    return Values(y, _between(units, measure, rows, -BEFORE, 0), has.astype(np.int32))


def _funnel(units: Units, measure: Measure, rows: Rows) -> Values:
    """1 of those who took the last step after all others in their order; of those who took the first."""
    events, end = units.events, units.place(measure.window, rows)
    at = events.next(measure.steps[0], units.place(0, rows))
    first = at < end
    for place in range(1, len(measure.steps)):
        at = events.next(measure.steps[place], _from(events, measure.steps[: place + 1], at))
    before = _between(units, measure, rows, -BEFORE, 0)
    return Values((first & (at < end)).astype(np.int32), before, first.astype(np.int32))


def _from(events: Events, steps: Sequence[Series], at: Ints) -> Ints:
    """Where the last of the steps may be, when the one before it was `at`: at the same instant, by another event. What
    shares events with earlier steps comes at a later one, for of equal instants there is no order to count on."""
    *earlier, step = steps
    if step == earlier[-1]:
        return np.minimum(at + 1, len(events.keys))
    if any(step.names & other.names for other in earlier):
        return events.next_instant(at)
    return events.same_instant(at)


_KINDS: dict[str, Callable[[Units, Measure, Rows], Values]] = {
    Kind.COUNT: _sum,
    Kind.SUM: _sum,
    Kind.QUANTILE: _sum,
    Kind.CONVERSION: _conversion,
    Kind.RETENTION: _retention,
    Kind.RATIO: _ratio,
    Kind.TIME: _time,
    Kind.FUNNEL: _funnel,
}
