"""The events of some persons, as running counts: how many of a series before a place is one look-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments.measuring.days import Ints
from experiments.measuring.what import SECOND, Series

MOST = 2**40  # minor units that one event may count for, so that no sum of a chunk's overflows
Made = TypeVar("Made")


class Events:
    """Sorted by person (0, 1, …) and time; instants are microseconds since `floor`, all below `span`.

    `members` tells which events are of a series, in the order of the arrays given; `values` are the events' own.
    """

    def __init__(
        self,
        person: Ints,
        instants: Ints,
        *,
        floor: int,
        span: int,
        members: Callable[[Series], NDArray[np.bool_]],
        values: NDArray[np.float64] | None = None,
    ) -> None:
        self.floor, self.span = floor, span
        keys = person * span + (instants - floor)
        self._order = np.argsort(keys, kind="stable")  # files are sorted, so there are few runs to merge
        self.keys = keys[self._order]
        self._members, self._values = members, values
        self._made: dict[tuple[str, Series], Ints] = {}

    def place(self, person: Ints, instants: Ints) -> Ints:
        """Before which event each instant is; an event at that very instant is after it."""
        inside = np.clip(instants - self.floor, 0, self.span - 1)
        return np.searchsorted(self.keys, person * self.span + inside)

    def counts(self, series: Series) -> Ints:
        """By place: how many of the series are before it."""
        return self._once("counts", series, lambda: _running(self._of(series), np.int32))

    def sums(self, series: Series) -> Ints:
        """By place: the sum of values of those before it, in minor units."""
        return self._once("sums", series, lambda: _running(self._minor() * self._of(series), np.int64))

    def next(self, series: Series, places: Ints) -> Ints:
        """The place of the first of the series not before each place; len(keys) where there is none."""
        found = self._once("places", series, lambda: np.append(np.flatnonzero(self._of(series)), len(self.keys)))
        return found[self.counts(series)[places]]

    def same_instant(self, places: Ints) -> Ints:
        """The first place of the same person and instant."""
        return np.searchsorted(self.keys, np.append(self.keys, np.iinfo(np.int64).max)[places])

    def next_instant(self, places: Ints) -> Ints:
        """The first place after that person and instant."""
        return np.searchsorted(self.keys, np.append(self.keys, np.iinfo(np.int64).max)[places], side="right")

    def since(self, places: Ints, person: Ints, instants: Ints) -> Ints:
        """Microseconds from each instant to the event at the place; nonsense where there is none."""
        keys = np.append(self.keys, 0)[places]
        return keys - (person * self.span + (instants - self.floor))

    def _of(self, series: Series) -> NDArray[np.bool_]:
        return self._members(series)[self._order]

    def _minor(self) -> Ints:
        if self._values is None:
            raise ValueError("no series was asked for its values")
        finite = np.nan_to_num(self._values[self._order] * SECOND, nan=0.0)
        return np.rint(np.clip(finite, -MOST, MOST)).astype(np.int64)

    def _once(self, what: str, series: Series, make: Callable[[], Ints]) -> Ints:
        if (what, series) not in self._made:
            self._made[what, series] = make()
        return self._made[what, series]


def _running(numbers: NDArray, dtype: type) -> Ints:
    """Sums of all before each, and of all."""
    found: NDArray = np.zeros(len(numbers) + 1, dtype)
    np.cumsum(numbers, dtype=dtype, out=found[1:])
    return found
