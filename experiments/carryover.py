"""Whether a restarted experiment is free of its earlier phase: does what a unit had then tell anything now?

Two questions. Of the draw, before anything is measured: is the new variation independent of the old one (`spread`)?
Of the results: among those who have the same variation now, do those who had different ones before differ (`carried`)?
Restarting with a new seed spreads an effect that lasts over all arms, so that it does not bias (Kohavi, Tang & Xu 2020,
"Trustworthy Online Controlled Experiments", 23: carryover effects); it is still seen here, as noise with a cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import chdtrc

from experiments.bucketing import bucket_ranges, bucketer, choose_variation

ALARM = 0.001


@dataclass(frozen=True, slots=True)
class Draw:
    """How a phase draws: coverage in ten thousandths."""

    seed: str
    weights: Sequence[int]
    coverage: int = 10_000

    def variations(self, units: Iterable[str]) -> list[int]:
        """Of each unit; -1 of those who are not asked."""
        whole = sum(self.weights)
        ranges = bucket_ranges(len(self.weights), self.coverage / 10_000, [one / whole for one in self.weights])
        number = bucketer(self.seed, 2)
        return [choose_variation(number(unit) or 0, ranges) for unit in units]


@dataclass(frozen=True, slots=True)
class Check:
    """Pearson's χ² of a hypothesis of no carry-over."""

    chi2: float
    df: int

    @property
    def p(self) -> float:
        return float(chdtrc(self.df, self.chi2)) if self.df else 1.0

    @property
    def is_alarming(self) -> bool:
        return self.p < ALARM


@dataclass(frozen=True, slots=True)
class Cell:
    """The units of one old and one new variation: their number, the sum of their values, and of the squares."""

    n: float
    y: float
    yy: float


def spread(old: Draw, new: Draw, units: Iterable[str]) -> Check:
    """Independence of both variations, over the units that both phases ask."""
    units = list(units)
    table = [[0.0] * len(new.weights) for _ in old.weights]
    for before, now in zip(old.variations(units), new.variations(units), strict=True):
        if before >= 0 and now >= 0:
            table[before][now] += 1
    return independence(table)


def independence(table: Sequence[Sequence[float]]) -> Check:
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    total = sum(rows)
    chi2 = sum(
        (seen - rows[i] * columns[j] / total) ** 2 / (rows[i] * columns[j] / total)
        for i, row in enumerate(table)
        for j, seen in enumerate(row)
        if rows[i] and columns[j]
    )
    return Check(chi2, max(sum(map(bool, rows)) - 1, 0) * max(sum(map(bool, columns)) - 1, 0))


def carried(cells: Mapping[tuple[int, int], Cell]) -> Check:
    """By (old, new) variation: Cochran's Q of the old arms' means within each new arm, summed over the new arms. A
    cell of fewer than two units, or of one value only, says nothing."""
    chi2, df = 0.0, 0
    for arm in {new for _old, new in cells}:
        known = [cell for (_old, new), cell in cells.items() if new == arm and cell.n > 1 and _variance(cell) > 0]
        weights = [cell.n / _variance(cell) for cell in known]
        if len(known) > 1:
            mean = sum(w * cell.y / cell.n for w, cell in zip(weights, known, strict=True)) / sum(weights)
            chi2 += sum(w * (cell.y / cell.n - mean) ** 2 for w, cell in zip(weights, known, strict=True))
            df += len(known) - 1
    return Check(chi2, df)


def _variance(cell: Cell) -> float:
    return (cell.yy - cell.y**2 / cell.n) / (cell.n - 1)
