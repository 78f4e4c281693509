"""What a report is made of: an experiment's set-up and its sums, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from experiments.stats.sums import Sums

PRIMARY, SECONDARY, GUARDRAIL = "primary", "secondary", "guardrail"
SHARES = ("conversion", "retention")  # of units with one
QUOTIENTS = ("ratio", "funnel", "time")  # of two sums over units


@dataclass(frozen=True, slots=True)
class Arm:
    index: int  # 0 is the control
    key: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A version of a metric, as the experiment uses it. `window`: after it a unit's value is final; None: never."""

    version: int
    name: str
    role: str
    kind: str
    margin: float = 0.0
    window: timedelta | None = None
    scale: float = 1  # minor units in a whole one; of a quotient: those of y over those of d
    higher_is_better: bool = True
    interference: str = "none"


class Cell(NamedTuple):
    """Units of one arm, and how many of them have a value above 0."""

    sums: Sums = Sums()
    positive: int = 0

    def plus(self, other: Cell) -> Cell:
        return Cell(self.sums + other.sums, self.positive + other.positive)


class Exposed(NamedTuple):
    variation: int
    day: date
    units: int
    flipped: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The phase that is read."""

    pk: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    coverage: float  # share of the units that reach the experiment


Cells = Mapping[tuple[int, int], Cell]  # by version and variation


@dataclass(frozen=True, slots=True)
class Material:
    experiment: int
    kind: str
    as_of: datetime
    today: date  # of as_of, on the site's clock
    phase: Stretch
    arms: Sequence[Arm]
    measures: Sequence[Measure]
    exposed: Sequence[Exposed]
    matured: Cells  # units whose window has closed
    waiting: Cells  # the others
    cohorts: Mapping[date, Mapping[int, Cell]] = field(default_factory=dict)  # matured, of the primary metric
    closed_until: datetime | None = None  # first exposures before it have closed windows of the primary metric
    alpha: float = 0.05
    power: float = 0.8
    planned: int | None = None
    min_days: int = 7

    @property
    def full_days(self) -> int:
        """Of first exposures whose windows have closed, so that no day of the week is missing from what decides;
        below 0 while the first windows are open."""
        ended = self.phase.ended_at or self.as_of
        return (min(ended, self.closed_until or ended) - self.phase.started_at).days

    @property
    def is_over(self) -> bool:
        """Nobody is asked any more, and all windows of the primary metric have closed."""
        ended = self.phase.ended_at
        return ended is not None and self.closed_until is not None and ended <= self.closed_until

    @property
    def primary(self) -> Measure | None:
        return next((measure for measure in self.measures if measure.role == PRIMARY), None)

    def cell(self, measure: Measure, arm: int) -> Cell:
        """What the measure is judged by: matured units; of one without a window, all so far."""
        found = self.matured.get((measure.version, arm), Cell())
        return found if measure.window is not None else found.plus(self.waiting.get((measure.version, arm), Cell()))

    def all_units(self, measure: Measure, arm: int) -> Cell:
        key = measure.version, arm
        return self.matured.get(key, Cell()).plus(self.waiting.get(key, Cell()))
