"""Whether an arm does harm beyond what was agreed to be borne, looked at as often as one likes."""

from __future__ import annotations

import math
from typing import NamedTuple

from experiments.stats import sequences
from experiments.stats.samples import Sample


class Guard(NamedTuple):
    """`margin` is the change for the worse that is borne: a share of control's mean, or where not `relative` so much
    of the metric. `alpha` is of the whole experiment and shared equally `among` its guardrails (Bonferroni)."""

    less_is_better: bool = False
    margin: float = 0.0
    relative: bool = True
    alpha: float = 0.01
    among: int = 1

    @property
    def level(self) -> float:
        return self.alpha / self.among


class Harm(NamedTuple):
    """`excess`: the change for the worse beyond the margin, in the metric's own units; `bound`: the least that the
    one-sided confidence sequence leaves it to be. Harmed when that is above 0, which is when p is below the level."""

    excess: float
    bound: float
    p: float
    harmed: bool


def harmed(control: Sample, arm: Sample, guard: Guard, *, planned: int) -> Harm | None:
    """`planned`: the units of both arms at which a decision is expected. None where nothing can be told of chance.

    A relative margin moves control's share in the contrast, arm − (1 − margin) control, and nothing is divided.
    Whether there are enough units to look at all is `sequences.may_start`'s to say.
    """
    if min(control.n, arm.n) < 2 or math.isnan(control.mean + arm.mean):
        return None
    worse = 1 if guard.less_is_better else -1
    borne = guard.margin * math.copysign(1, control.mean) if guard.relative else 0.0
    kept = 1 + worse * borne  # of control's mean
    error = math.sqrt(arm.mean_variance + kept**2 * control.mean_variance)
    if not error:
        return None
    excess = worse * (arm.mean - kept * control.mean) - (0.0 if guard.relative else guard.margin)
    n, alpha = control.n + arm.n, guard.level
    bound = excess - sequences.one_sided_reach(n, planned=planned, alpha=alpha) * error
    p = sequences.one_sided_p(excess, error, n, planned=planned, alpha=alpha)
    return Harm(excess, bound, p, bound > 0)
