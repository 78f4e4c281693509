"""Cells: a phase's days of first exposure by variation, numbered without gaps, so that sums are plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.measuring.days import Days, Ints
from experiments.measuring.what import Asked


class Cells:
    """Of `phases`, in their order, for exposures before `as_of` (microseconds)."""

    def __init__(self, phases: Sequence[Asked], as_of: int, days: Days) -> None:
        self.phases = phases
        self.days = days
        self.started = np.array([asked.started for asked in phases], np.int64)
        self.ended = np.array([min(as_of, as_of if x.ended is None else x.ended) for x in phases], np.int64)
        self.arms = np.array([asked.arms for asked in phases], np.int64)
        self.first = days.of(self.started)
        self.lengths = np.maximum(days.of(np.maximum(self.ended - 1, self.started)) - self.first + 1, 0)
        self.base = np.concatenate([[0], np.cumsum(self.lengths * self.arms)])

    def __len__(self) -> int:
        return int(self.base[-1])

    def of(self, phase: Ints, day: Ints, variation: Ints) -> Ints:
        """Numbers of cells; `phase` is the place among the phases."""
        return self.base[phase] + (day - self.first[phase]) * self.arms[phase] + variation

    def are_counted(self, phase: Ints, instants: Ints, variation: NDArray) -> NDArray[np.bool_]:
        """Exposures to a variation that there is, while the phase lasted; of no phase is place -1."""
        lasting = (instants >= self.started[phase]) & (instants < self.ended[phase])
        return (phase >= 0) & lasting & (variation >= 0) & (variation < self.arms[phase]) & (variation % 1 == 0)

    def span(self, place: int) -> slice:
        """The cells of one phase."""
        return slice(int(self.base[place]), int(self.base[place + 1]))

    def described(self, cells: Ints) -> tuple[Ints, Ints, Ints]:
        """(place of the phase, day, variation) of each."""
        phase = np.searchsorted(self.base, cells, side="right") - 1
        day, variation = np.divmod(cells - self.base[phase], self.arms[phase])
        return phase, day + self.first[phase], variation

    def since(self, first_days: Ints) -> NDArray[np.bool_]:
        """Which are of a day not before that which `first_days` says for their phase."""
        phase, day, _ = self.described(np.arange(len(self)))
        return day >= first_days[phase]


def lay_out(phases: Sequence[Asked], end: int) -> Cells:
    """The cells of exposures before `end`, by days of the site's time zone."""
    first = min(asked.started for asked in phases)
    return Cells(phases, end, Days(first, max(first, end)))
