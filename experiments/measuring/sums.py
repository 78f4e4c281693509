"""Exact sums by cell: whole numbers that do not overflow, in whatever order and by however many threads they come."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.measuring.days import Ints
from experiments.measuring.values import Values
from experiments.measuring.what import Kind, Measure

BITS = 31
LOW = 2**BITS - 1
SHARE, VALUE, RATIO = ("y", "x", "xy"), ("positive", "y", "yy", "x", "xx", "xy"), ("d", "dd", "yd", "xd")
_SAME = {"positive": "y", "yy": "y", "xx": "x"}  # of what is 0 or 1


class Column:
    """One number of each cell: those below 2^31 are added to `low`, of others what is above to `high`. Neither
    overflows before two thousand million units are in one cell. Threads may add at once."""

    def __init__(self, cells: int) -> None:
        self._low = np.zeros(cells, np.int64)
        self._high: Ints | None = None
        self._lock = Lock()

    def add(self, cells: Ints, a: Ints, b: Ints | None = None) -> None:
        """a, or a·b."""
        numbers: NDArray[Any] = a if b is None else _product(a, b)
        with self._lock:
            if _peak(numbers) <= LOW:
                np.add.at(self._low, cells, numbers)
                return
            if self._high is None:
                self._high = np.zeros(len(self._low), np.int64)
            np.add.at(self._high, cells, (numbers >> BITS).astype(np.int64))
            np.add.at(self._low, cells, (numbers & LOW).astype(np.int64))

    def numbers(self, cells: NDArray) -> NDArray[Any]:
        """int64, or Python's own where these would not do."""
        if self._high is None:
            return self._low[cells]
        return self._high[cells].astype(object) * 2**BITS + self._low[cells]


def _peak(numbers: NDArray[Any]) -> int:
    return max(int(numbers.max(initial=0)), -int(numbers.min(initial=0)))


def _product(a: Ints, b: Ints) -> NDArray[Any]:
    return a * b if _peak(a) * _peak(b) < 2**63 else a.astype(object) * b


class Sums:
    """Of one measure: ArmDay's columns, but those that follow."""

    def __init__(self, measure: Measure, cells: int) -> None:
        self._is_share = measure.kind == Kind.CONVERSION
        has_below = measure.kind in (Kind.RATIO, Kind.TIME, Kind.FUNNEL)
        names = SHARE if self._is_share else VALUE + (RATIO if has_below else ())
        self._columns = {name: Column(cells) for name in names}

    def add(self, cells: Ints, values: Values) -> None:
        """Most units did nothing, and add nothing."""
        y, x, d = values
        rows = np.flatnonzero(y | x if d is None else y | x | d)
        cells, y, x = cells[rows], y[rows].astype(np.int64), x[rows].astype(np.int64)
        found = {"y": (y, None), "x": (x, None), "xy": (x, y), "yy": (y, y), "xx": (x, x)}
        found["positive"] = ((y > 0).astype(np.int64), None)
        if d is not None:
            d = d[rows].astype(np.int64)
            found |= {"d": (d, None), "dd": (d, d), "yd": (y, d), "xd": (x, d)}
        for name, column in self._columns.items():
            column.add(cells, *found[name])

    def numbers(self, name: str, cells: NDArray) -> NDArray[Any]:
        """A column of ArmDay."""
        if self._is_share:
            name = _SAME.get(name, name)
        column = self._columns.get(name)
        return np.zeros(len(cells), np.int64) if column is None else column.numbers(cells)
