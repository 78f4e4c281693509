"""What is stored of an arm for one metric: sums over its units in whole minor units, which add up without error.

Python's integers do not overflow and its division of two of them is rounded once, so the moments below carry the
full precision of a float however large the sums are beside their spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.stats import samples
from experiments.stats.samples import Joint, Sample


@dataclass(frozen=True, slots=True)
class Sums:
    """Over `n` units: y, the value or a ratio's numerator; d, a ratio's denominator; x, the covariate: what y was
    before the unit came. `xd` is read for a ratio with a covariate only. What a metric has none of is 0.
    """

    n: int = 0
    y: int = 0
    yy: int = 0
    x: int = 0
    xx: int = 0
    xy: int = 0
    d: int = 0
    dd: int = 0
    yd: int = 0
    xd: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.n + other.n,
            self.y + other.y,
            self.yy + other.yy,
            self.x + other.x,
            self.xx + other.xx,
            self.xy + other.xy,
            self.d + other.d,
            self.dd + other.dd,
            self.yd + other.yd,
            self.xd + other.xd,
        )

    def about_means(self, products: int, one: int, other: int) -> int:
        """n Σ(a − ā)(b − b̄) from Σab, Σa and Σb."""
        return self.n * products - one * other


def mean(sums: Sums, scale: int = 1) -> Sample:
    """In whole units, `scale` minor ones each."""
    if not sums.n:
        return samples.untold(0)
    spread = sums.about_means(sums.yy, sums.y, sums.y)
    variance = spread / (sums.n * (sums.n - 1)) / scale**2 if sums.n > 1 else 0.0
    return Sample(sums.n, sums.y / (sums.n * scale), variance)


def proportion(sums: Sums) -> Sample:
    """Of units with y = 1 among those with 0 or 1: conversion, retention on a day."""
    return samples.proportion(sums.n, sums.y) if sums.n else samples.untold(0)


def before(sums: Sums, scale: int = 1) -> Sample:
    """Of the covariate: arms that differ in it before they were treated differently are not alike."""
    return mean(Sums(sums.n, sums.x, sums.xx), scale)


def ratio(sums: Sums, scale: float = 1) -> Sample:
    """Σy / Σd over the `scale` of the two: minor units of y in a whole one over those of d."""
    if sums.n < 2 or not sums.d:
        return Sample(sums.n, sums.y / sums.d / scale if sums.d else math.nan, 0.0)
    size = scale * sums.d / sums.n
    return Sample(sums.n, sums.y / sums.d / scale, _beside(sums, sums) / (sums.n - 1) / size**2)


def valued(sums: Sums, scale: int = 1) -> Joint:
    """y with its covariate."""
    if not sums.n:
        return Joint(0, math.nan, math.nan, 0, 0, 0)
    square = sums.n * scale**2
    return Joint(
        sums.n,
        sums.y / (sums.n * scale),
        sums.x / (sums.n * scale),
        sums.about_means(sums.yy, sums.y, sums.y) / square,
        sums.about_means(sums.xx, sums.x, sums.x) / square,
        sums.about_means(sums.xy, sums.x, sums.y) / square,
    )


def linearised(sums: Sums, whole: Sums, scale: float = 1) -> Joint:
    """R + (y − Rd) / d̄ of each unit with its covariate, R and d̄ those of `whole`: the units themselves, or all of
    their arm where they are one stratum. Its mean over `whole` is R and its variance is that of the delta method, so
    a ratio is adjusted as a mean is (Deng, Knoblich & Lu 2018, arXiv:1803.06336, section 3). The covariate is the
    numerator before exposure alone: its denominator is often 0 there, and the difference is unbiased with any.
    """
    if not sums.n or not whole.d:
        return Joint(sums.n, math.nan, math.nan, 0, 0, 0)
    size = scale * whole.d / whole.n
    xy = whole.d * sums.about_means(sums.xy, sums.x, sums.y) - whole.y * sums.about_means(sums.xd, sums.x, sums.d)
    return Joint(
        sums.n,
        whole.y / whole.d / scale + (sums.y * whole.d - whole.y * sums.d) / (sums.n * whole.d) / size,
        sums.x / sums.n,
        _beside(sums, whole) / size**2,
        sums.about_means(sums.xx, sums.x, sums.x) / sums.n,
        xy / (sums.n * whole.d) / size,
    )


def _beside(sums: Sums, whole: Sums) -> float:
    """Σ(r − r̄)² of r = y − Rd, exactly 0 where every unit has the ratio R of the whole."""
    n, y, d = sums.n, sums.y, sums.d
    yy, yd, dd = n * sums.yy - y * y, n * sums.yd - y * d, n * sums.dd - d * d
    square = whole.d * whole.d
    return (square * yy - 2 * whole.y * whole.d * yd + whole.y * whole.y * dd) / (n * square)
