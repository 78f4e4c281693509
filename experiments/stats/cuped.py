"""CUPED: the part of a metric that units brought with them is taken out (Deng, Xu, Kohavi & Walker 2013)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from experiments.stats.effects import TOO_FEW, Difference, Effect, judged, welch_df
from experiments.stats.samples import Joint, Sample


@dataclass(frozen=True, slots=True)
class Slope:
    """θ = cov(Y, X) / var(X) over the units of all arms together; 0 where one of them does not vary."""

    theta: float
    correlation: float | None


def slope(arms: Iterable[Joint]) -> Slope:
    pooled = reduce(add, arms)
    if pooled.n < 2 or pooled.var_x == 0 or pooled.var_y == 0:
        return Slope(0.0, None)
    return Slope(pooled.cov / pooled.var_x, pooled.cov / math.sqrt(pooled.var_x * pooled.var_y))


def adjusted(units: Joint, theta: float) -> Sample:
    """The sample of y − θx."""
    return Sample(units.n, units.y - theta * units.x, units.var_beside(theta))


def compare(control: Joint, arm: Joint, theta: float, *, alpha: float = 0.05) -> Effect:
    """TOO_FEW where an arm has less than two units or no mean."""
    if min(control.n, arm.n) < 2 or math.isnan(control.y + arm.y):
        return TOO_FEW
    return judged(difference(control, arm, theta), alpha=alpha)


def difference(control: Joint, arm: Joint, theta: float) -> Difference:
    """The adjusted one; relative to control's mean as it is, not as it was adjusted."""
    before, after = adjusted(control, theta), adjusted(arm, theta)
    variance, covariance = control.var_y, control.cov
    return Difference(
        absolute=after.mean - before.mean,
        variance=after.mean_variance + before.mean_variance,
        base=control.y,
        base_variance=variance / control.n,
        covariance=-(variance - theta * covariance) / control.n,
        relative_variance=_relative_variance(control, arm, after.mean_variance, theta),
        df=welch_df(before, after),
    )


def _relative_variance(control: Joint, arm: Joint, of_arm: float, theta: float) -> float | None:
    """`of_arm`: of its adjusted mean. GrowthBook's documentation, "CUPED technical details"."""
    base = control.y
    if base == 0:
        return None
    times = arm.y / base
    of_control = control.var_y * times**2 - 2 * theta * control.cov * times + theta**2 * control.var_x
    return max(0.0, of_arm + of_control / control.n) / base**2
