"""One arm's numbers for one metric, as sums over its units: they add up over days, arms and shards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDING = 1e-13  # of what is added up, far above what it loses and far below what units differ by


class Sample(NamedTuple):
    """`n` units with the mean and the variance of what is measured of each (of a ratio: linearised, see `ratio`)."""

    n: int
    mean: float
    variance: float

    @property
    def mean_variance(self) -> float:
        """The squared standard error of the mean."""
        return self.variance / self.n


def untold(n: int) -> Sample:
    """Of units that say nothing, like a ratio with nothing to divide by; every comparison with it is `too_few`."""
    return Sample(n, math.nan, 0.0)


def proportion(n: int, successes: float) -> Sample:
    """The variance is p(1 − p), without Bessel's correction."""
    share = successes / n
    return Sample(n, share, share * (1 - share))


@dataclass(frozen=True, slots=True)
class Joint:
    """Two numbers of each unit, a value and its covariate or a numerator and its denominator: their means and the
    sums of their products about the means, which add up without losing digits (Chan, Golub & LeVeque 1983)."""

    n: int
    y: float
    x: float
    yy: float
    xx: float
    xy: float

    @classmethod
    def of_units(cls, y: Floats, x: Floats) -> Joint:
        """From each unit's two numbers; all NaN of none."""
        if not len(y):
            return cls(0, math.nan, math.nan, 0, 0, 0)
        (mean_y, from_y), (mean_x, from_x) = _about_mean(y), _about_mean(x)
        return cls(len(y), mean_y, mean_x, *map(float, (from_y @ from_y, from_x @ from_x, from_x @ from_y)))

    def __add__(self, other: Joint) -> Joint:
        if not (self.n and other.n):
            return self if self.n else other
        n = self.n + other.n
        dy, dx, weight = other.y - self.y, other.x - self.x, self.n * other.n / n
        return Joint(
            n,
            self.y + dy * other.n / n,
            self.x + dx * other.n / n,
            self.yy + other.yy + dy**2 * weight,
            self.xx + other.xx + dx**2 * weight,
            self.xy + other.xy + dx * dy * weight,
        )

    @property
    def var_y(self) -> float:
        return max(0.0, self.yy / (self.n - 1))

    @property
    def var_x(self) -> float:
        return max(0.0, self.xx / (self.n - 1))

    @property
    def cov(self) -> float:
        return self.xy / (self.n - 1)

    def var_beside(self, slope: float) -> float:
        """The variance of y − slope · x; 0 where what is left of it is rounding."""
        terms = self.var_y + slope**2 * self.var_x
        left = terms - 2 * slope * self.cov
        return left if left > ROUNDING * terms else 0.0


def _about_mean(values: Floats) -> tuple[float, Floats]:
    """The mean and what each is beside it: exactly 0 where all are one number, which a rounded mean may miss."""
    shifted = values - values[0]
    middle = shifted.mean()
    return float(values[0] + middle), shifted - middle


def ratio(units: Joint) -> Sample:
    """Σy / Σx and the variance of its linearisation, by the delta method (Deng, Knoblich & Lu 2018, arXiv:1803.06336).

    ZeroDivisionError where Σx is 0.
    """
    found = units.y / units.x
    return Sample(units.n, found, units.var_beside(found) / units.x**2)
