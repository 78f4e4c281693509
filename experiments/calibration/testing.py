"""One metric of units among whom there is no difference, divided again and again and tested as a report would.

The numbers are those of experiments.report.effects, which writes reports: Welch at the end, the same by CUPED, and the
confidence sequence at each of twenty looks while the units come. Beside them, to be seen, what becomes of who looks at
Welch twenty times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.report.effects import measured, sample
from experiments.report.material import Arm, Cell, Material, Measure, Stretch
from experiments.stats import calibrating, sequences
from experiments.stats.effects import compare
from experiments.stats.sums import Sums

LOOKS, ALPHA = 20, 0.05
SUMS = ("y", "x", "d")
PRODUCTS = ("yy", "xx", "xy", "dd", "yd", "xd")
ARMS = (Arm(0, "control", "", 1), Arm(1, "arm", "", 1))
THEN = datetime(2000, 1, 1, tzinfo=UTC)  # of what a material knows of time nothing is asked here
Ints = NDArray[np.int64]
Row = dict[str, Any]


@dataclass
class Units:
    """In the order in which they came; whole minor units."""

    measure: Measure
    person: Ints
    y: Ints
    x: Ints
    d: Ints

    def __post_init__(self) -> None:
        columns: dict[str, NDArray[np.float64]] = {name: getattr(self, name).astype(np.float64) for name in SUMS}
        columns |= {name: columns[name[0]] * columns[name[1]] for name in PRODUCTS}
        columns["positive"] = (self.y > 0).astype(np.float64)
        self.columns = columns
        self.look = np.arange(len(self.y)) * LOOKS // max(1, len(self.y))


class Look(NamedTuple):
    """p-values, where they can be told."""

    p: float | None
    sequential: float | None


@dataclass
class Counted:
    """Of one metric, over all its tests."""

    fixed: list[float] = field(default_factory=list)  # p
    adjusted: list[float] = field(default_factory=list)
    intervals: list[tuple[float, float]] = field(default_factory=list)
    adjusted_intervals: list[tuple[float, float]] = field(default_factory=list)
    sequential: list[float] = field(default_factory=list)  # the least p of all looks
    peeked: list[float] = field(default_factory=list)

    def add(self, looks: Sequence[Look], row: Row) -> None:
        """Of one test."""
        if row["p"] is None:
            return
        self.fixed.append(row["p"])
        self.intervals.append(tuple(row["absolute_ci"]))
        self.peeked.append(min(one.p for one in looks if one.p is not None))
        self.sequential.append(min((one.sequential for one in looks if one.sequential is not None), default=1.0))
        if row["cuped"] and row["cuped"]["p"] is not None:
            self.adjusted.append(row["cuped"]["p"])
            self.adjusted_intervals.append(tuple(row["cuped"]["absolute_ci"]))

    def told(self) -> dict[str, Any]:
        """Shares with Wilson's intervals: of false positives, and of intervals that hold the truth."""
        return {
            "fixed": _share(self.fixed),
            "cuped": _share(self.adjusted),
            "sequential": _share(self.sequential),
            "peeked": _share(self.peeked),
            "coverage": asdict(calibrating.coverage(self.intervals)) if self.intervals else None,
            "cuped_coverage": asdict(calibrating.coverage(self.adjusted_intervals)) if self.adjusted else None,
            "p": calibrating.histogram(self.fixed),
        }


def _share(values: Sequence[float]) -> dict[str, Any] | None:
    return asdict(calibrating.false_positives(values, ALPHA)) if values else None


def tested(units: Units, arms: Ints) -> tuple[list[Look], Row]:
    """What is seen at each look, and the report's row of the arm at the end."""
    cells, planned = _cells(units, arms), len(units.y)
    looks = [_look(units.measure, cells[0, place], cells[1, place], planned) for place in range(LOOKS)]
    matured = {(units.measure.version, arm): cells[arm, -1] for arm in (0, 1)}
    row: Row = measured(_material(units.measure, matured, planned), units.measure, 1)["arms"][0]
    return looks, row


def _look(measure: Measure, control: Cell, arm: Cell, planned: int) -> Look:
    effect = compare(sample(measure, control), sample(measure, arm), alpha=ALPHA)
    found = None
    if all(sequences.may_start(cell.sums.n, cell.positive) for cell in (control, arm)):
        n = control.sums.n + arm.sums.n
        found = sequences.look(effect.absolute, effect.absolute_se, n, planned=planned, alpha=ALPHA)
    return Look(effect.p, found.p if found else None)


def _material(measure: Measure, matured: dict[tuple[int, int], Cell], planned: int) -> Material:
    return Material(
        experiment=0,
        kind="aa",
        as_of=THEN,
        today=THEN.date(),
        phase=Stretch(0, 1, THEN, None, 1.0),
        arms=ARMS,
        measures=[measure],
        exposed=[],
        matured=matured,
        waiting={},
        alpha=ALPHA,
        planned=planned,
    )


def _cells(units: Units, arms: Ints) -> NDArray[Any]:
    """By arm and look: all units so far."""
    slot = arms * LOOKS + units.look
    counts = np.bincount(slot, minlength=2 * LOOKS)
    sums = {name: np.bincount(slot, column, minlength=2 * LOOKS) for name, column in units.columns.items()}
    so_far = {name: np.cumsum(found.reshape(2, LOOKS), axis=1) for name, found in {"n": counts, **sums}.items()}
    found = np.empty((2, LOOKS), object)
    for place in np.ndindex(2, LOOKS):
        one = {name: round(float(values[place])) for name, values in so_far.items()}
        found[place] = Cell(positive=one.pop("positive"), sums=Sums(**one))
    return found
