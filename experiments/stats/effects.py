"""The difference between an arm and control, on the scale of the metric and relative to control.

Welch's t (Welch 1947) on raw variances; the relative effect by the delta method, or by Fieller's theorem (Fieller
1954) where control's mean is within five of its standard errors of zero. The same degrees of freedom for both, and
decisions use the absolute scale's p only.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from scipy.special.cython_special import stdtr, stdtrit  # of one number, at a third of what the ufuncs take

from experiments.stats.samples import ROUNDING, Sample

STABLE = 5  # standard errors of control's mean that it is from zero, below which delta gives way to Fieller

Ends = tuple[float | None, float | None]
Interval = Ends | None


class Effect(NamedTuple):
    """Arm minus control. None where it cannot be told; `status` says why."""

    absolute: float | None = None
    absolute_se: float | None = None
    absolute_ci: Interval = None
    p: float | None = None
    relative: float | None = None
    relative_se: float | None = None
    relative_ci: Interval = None
    relative_p: float | None = None
    relative_method: str = "none"  # delta, fieller, none
    df: float | None = None
    status: str = "ok"  # too_few, zero_variance, scale_conflict


TOO_FEW = Effect(status="too_few")
CERTAIN: dict[str, Any] = {"relative": 0.0, "relative_se": 0.0, "relative_ci": (0.0, 0.0), "relative_p": 1.0}


class Difference(NamedTuple):
    """Arm − control and what it is divided by, control's mean, with their variances and covariance."""

    absolute: float
    variance: float
    base: float
    base_variance: float
    covariance: float
    relative_variance: float | None  # by the delta method; None where the base is 0
    df: float | None  # None where nothing varies


def compare(control: Sample, arm: Sample, *, alpha: float = 0.05) -> Effect:
    """TOO_FEW where an arm has less than two units or no mean."""
    if min(control.n, arm.n) < 2 or math.isnan(control.mean + arm.mean):
        return TOO_FEW
    difference = Difference(
        absolute=arm.mean - control.mean,
        variance=arm.mean_variance + control.mean_variance,
        base=control.mean,
        base_variance=control.mean_variance,
        covariance=-control.mean_variance,
        relative_variance=relative_variance(control, arm),
        df=welch_df(control, arm),
    )
    return judged(difference, alpha=alpha)


def relative_variance(control: Sample, arm: Sample) -> float | None:
    """Of (arm − control) / |control| by the delta method; None where control's mean is 0."""
    if control.mean == 0:
        return None
    return (arm.mean_variance + control.mean_variance * (arm.mean / control.mean) ** 2) / control.mean**2


def judged(given: Difference, *, alpha: float) -> Effect:
    """Intervals and p on both scales."""
    if given.df is None:
        return _without_variance(given)
    reach, error = float(stdtrit(given.df, 1 - alpha / 2)), math.sqrt(given.variance)
    interval = around(given.absolute, error, reach)
    p = two_sided(given.absolute / error, given.df)
    if given.relative_variance is None:
        return Effect(given.absolute, error, interval, p, df=given.df)
    relative, spread = given.absolute / abs(given.base), math.sqrt(given.relative_variance)
    if is_stable(given):
        ends: Ends = around(relative, spread, reach)
        method, relative_p = "delta", two_sided(relative / spread, given.df) if spread else 0.0
    else:
        ends, method, relative_p = fieller(given, reach), "fieller", p
    status = _agreement(interval, ends)
    return Effect(given.absolute, error, interval, p, relative, spread, ends, relative_p, method, given.df, status)


def is_stable(given: Difference) -> bool:
    return given.base**2 >= STABLE**2 * given.base_variance


def fieller(given: Difference, reach: float) -> Ends:
    """The relative effects within `reach` standard errors of what was seen; (None, None) where there is no end."""
    square, relative = given.base**2, given.absolute / given.base
    a = 1 - reach**2 * given.base_variance / square
    b = relative - reach**2 * given.covariance / square
    c = relative**2 - reach**2 * given.variance / square
    if a <= 0:
        return None, None
    root = math.sqrt(max(0.0, b**2 - a * c))
    low, high = sorted(math.copysign(1, given.base) * (b + side * root) / a for side in (-1, 1))
    return low, high


def _without_variance(given: Difference) -> Effect:
    """The means are equal for certain, or nothing can be said of chance."""
    relative = given.absolute / abs(given.base) if given.base else None
    method = "delta" if given.base else "none"
    if abs(given.absolute) <= ROUNDING * abs(given.base):
        equal = Effect(0.0, 0.0, (0.0, 0.0), 1.0, relative_method=method)
        return equal._replace(**CERTAIN) if given.base else equal
    return Effect(given.absolute, 0.0, relative=relative, relative_method=method, status="zero_variance")


def _agreement(absolute: tuple[float, float], relative: Ends) -> str:
    """Where one scale's interval holds 0 and the other's does not, it is said."""
    low, high = relative
    if low is None or high is None or (absolute[0] <= 0 <= absolute[1]) == (low <= 0 <= high):
        return "ok"
    return "scale_conflict"


def around(centre: float, error: float, reach: float) -> tuple[float, float]:
    return centre - reach * error, centre + reach * error


def two_sided(t: float, df: float) -> float:
    return float(2 * stdtr(df, -abs(t)))


def welch_df(*samples: Sample) -> float | None:
    """Welch–Satterthwaite, on the raw variances; None where none varies."""
    whole = sum([one.mean_variance for one in samples])
    if not whole:
        return None
    return 1 / sum([(one.mean_variance / whole) ** 2 / (one.n - 1) for one in samples])
