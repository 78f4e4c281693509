"""The cells of a cohort table out of counts. Plain numbers in and out: no Django, no engine.

A cohort is the number of a period, a cell its `k`: the k-th of the grid's windows, each of which reaches from its
first to its last period after the cohort's own. Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

Window = tuple[int, int]
Sizes = Mapping[int, int]  # cohort -> members
Counts = Mapping[tuple[int, int], int]  # (cohort, k) -> members who came back; what is not in it is 0

FUTURE, PARTIAL, COMPLETE = "future", "partial", "complete"


@dataclass(frozen=True)
class Grid:
    windows: Sequence[Window]
    starts_at: Callable[[int], int]  # when a period begins
    as_of: int
    rolling: int = 0  # how long a window is that begins with each member's own start; 0: periods of the calendar

    def state(self, cohort: int, k: int) -> str:
        begins, ends = self._reach(cohort, k)
        if begins > self.as_of:
            return FUTURE
        return PARTIAL if ends > self.as_of else COMPLETE

    def _reach(self, cohort: int, k: int) -> tuple[int, int]:
        """From the earliest beginning of the cell for a member of the cohort to its latest end."""
        first, last = self.windows[k]
        if self.rolling:
            begins, ends = self.starts_at(cohort), self.starts_at(cohort + 1)
            return begins + first * self.rolling, ends + (last + 1) * self.rolling
        return self.starts_at(cohort + first), self.starts_at(cohort + last + 1)

    def complete(self, cohorts: Sequence[int], k: int) -> list[int]:
        """Those of which the cell is over."""
        return [cohort for cohort in cohorts if self.state(cohort, k) == COMPLETE]


def each(periods: int) -> list[Window]:
    """The windows of k = 0 … periods − 1, each one period long."""
    return [(k, k) for k in range(periods)]


def brackets(text: str) -> list[Window]:
    """The windows that `0,1-3,4-7` names. ValueError where it names none."""
    found = [tuple(int(number) for number in part.split("-")) for part in text.split(",")]
    windows = [(ends[0], ends[-1]) for ends in found]
    if any(len(ends) > 2 for ends in found) or any(first > last for first, last in windows):
        raise ValueError(f"no brackets: {text}")
    return windows


def on_or_after(last: Counts, periods: int) -> dict[tuple[int, int], int]:
    """Counts of those who came back in the k-th period or later, from counts by the k of their last return."""
    found: dict[int, list[int]] = {}
    for (cohort, k), count in last.items():
        row = found.setdefault(cohort, [0] * periods)
        row[min(k, periods - 1)] += count
    return {
        (cohort, k): count
        for cohort, row in found.items()
        for k, count in zip(reversed(range(periods)), accumulate(reversed(row)), strict=True)
    }


@dataclass(frozen=True)
class Cell:
    k: int
    size: int
    count: int | None  # None: nobody can have come back yet
    state: str

    @property
    def value(self) -> float | None:
        return self.count / self.size if self.size and self.count is not None else None


@dataclass(frozen=True)
class Total:
    """The complete cells of cohorts with members, taken together: a mean that weighs cohorts by their size."""

    k: int
    count: int
    size: int
    cohorts: int

    @property
    def value(self) -> float | None:
        return self.count / self.size if self.size else None


Rows = dict[int, list[Cell]]


def rows(grid: Grid, cohorts: Sequence[int], sizes: Sizes, counts: Counts) -> Rows:
    return {cohort: list(_cells(grid, cohort, sizes.get(cohort, 0), counts)) for cohort in cohorts}


def _cells(grid: Grid, cohort: int, size: int, counts: Counts) -> Iterator[Cell]:
    for k in range(len(grid.windows)):
        state = grid.state(cohort, k)
        yield Cell(k, size, None if state == FUTURE else counts.get((cohort, k), 0), state)


def overall(grid: Grid, table: Rows) -> list[Total]:
    return [_total(k, [cells[k] for cells in table.values()]) for k in range(len(grid.windows))]


def _total(k: int, cells: Sequence[Cell]) -> Total:
    entering = [cell for cell in cells if cell.state == COMPLETE and cell.size]
    return Total(k, sum(cell.count or 0 for cell in entering), sum(cell.size for cell in entering), len(entering))


def span(sizes: Sizes) -> range:
    """Every cohort from the first to the last with members, those without between them too."""
    return range(min(sizes), max(sizes) + 1) if sizes else range(0)
