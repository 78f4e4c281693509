"""One metric of an arm beside control's, from their sums: what a report's row says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from experiments.stats import cuped, sequences, sums
from experiments.stats.cuped import Slope
from experiments.stats.effects import Effect, compare
from experiments.stats.samples import Joint, Sample
from experiments.stats.sequences import Look
from experiments.stats.sums import Sums


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric's sums are read. `scale`: minor units in a whole one; of a ratio, the numerator's over the
    denominator's. `planned`: the units of both arms at which a decision is expected, 0 for a fixed test."""

    kind: str  # mean (counts and sums too), proportion (conversion, retention), ratio
    scale: float = 1
    alpha: float = 0.05
    planned: int = 0

    def sample(self, units: Sums) -> Sample:
        if self.kind == "proportion":
            return sums.proportion(units)
        return sums.ratio(units, self.scale) if self.kind == "ratio" else sums.mean(units, int(self.scale))

    def joint(self, units: Sums) -> Joint:
        """Of the value and its covariate; a ratio's value is linearised."""
        if self.kind == "ratio":
            return sums.linearised(units, units, self.scale)
        return sums.valued(units, int(self.scale))


@dataclass(frozen=True, slots=True)
class Told:
    """An effect, and how far each scale reaches for one who looks at any time."""

    effect: Effect
    absolute: Look | None = None
    relative: Look | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    control: Sample
    arm: Sample
    raw: Told
    adjusted: Told | None  # by CUPED
    variance_reduction: float  # 1 − (adjusted / raw standard error)²


def slope(measure: Measure, everyone: Sums) -> Slope:
    """CUPED's, from the units of all arms together."""
    units = measure.joint(everyone)
    return Slope(0.0, None) if math.isnan(units.y) else cuped.slope([units])


def paired(measure: Measure, control: Sums, arm: Sums, theta: Slope | None = None) -> Pair:
    """Without `theta`, as it is only; with it, adjusted besides."""
    before, after = measure.sample(control), measure.sample(arm)
    n = control.n + arm.n
    raw = _told(compare(before, after, alpha=measure.alpha), n, measure)
    if theta is None:
        return Pair(before, after, raw, None, 0.0)
    effect = cuped.compare(measure.joint(control), measure.joint(arm), theta.theta, alpha=measure.alpha)
    return Pair(before, after, raw, _told(effect, n, measure), _saved(raw.effect, effect))


def _told(effect: Effect, n: int, measure: Measure) -> Told:
    if not measure.planned:
        return Told(effect)
    look = partial(sequences.look, n=n, planned=measure.planned, alpha=measure.alpha)
    return Told(effect, look(effect.absolute, effect.absolute_se), look(effect.relative, effect.relative_se))


def _saved(raw: Effect, adjusted: Effect) -> float:
    if not raw.absolute_se or adjusted.absolute_se is None:
        return 0.0
    return 1 - (adjusted.absolute_se / raw.absolute_se) ** 2
