"""Post-stratification: arms compared within each stratum, the differences weighed by the strata's shares.

A stratum is a value that units had before they were exposed. What the arms differ in by the luck of who fell into
which is taken out; that the shares themselves are of a random sample is added (a multinomial's covariance), so that
the interval is for the population and not for these units alone (Xie & Aurisset 2016, "Improving the sensitivity of
online controlled experiments"; Miratrix, Sekhon & Yu 2013, doi:10.1111/j.1467-9868.2012.01048.x).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.stats import cuped
from experiments.stats.effects import TOO_FEW, Difference, Effect, judged
from experiments.stats.samples import Joint

LEAST = 20  # units of each arm in a stratum that stands by itself


@dataclass(frozen=True, slots=True)
class Stratum:
    """The units of both arms with one value; of a ratio, linearised about their whole arm (`sums.linearised`)."""

    control: Joint
    arm: Joint

    @property
    def n(self) -> int:
        return self.control.n + self.arm.n

    @property
    def least(self) -> int:
        return min(self.control.n, self.arm.n)

    def __add__(self, other: Stratum) -> Stratum:
        return Stratum(self.control + other.control, self.arm + other.arm)

    def difference(self, adjusted: bool) -> Difference:
        theta = cuped.slope((self.control, self.arm)).theta if adjusted else 0.0
        return cuped.difference(self.control, self.arm, theta)


def compare(strata: Iterable[Stratum], *, adjusted: bool = False, alpha: float = 0.05) -> Effect:
    """The effect over all strata; with `adjusted`, by CUPED with a slope of its own in each of them."""
    standing = merged(strata)
    if not standing or standing[0].least < 2:
        return TOO_FEW
    return judged(combined([(one.n, one.difference(adjusted)) for one in standing]), alpha=alpha)


def merged(strata: Iterable[Stratum], least: int = LEAST) -> list[Stratum]:
    """Those with less than `least` units in an arm become one; if that is still too small, it joins the smallest."""
    ordered = sorted((one for one in strata if one.n), key=lambda one: one.least, reverse=True)
    while len(ordered) > 1 and ordered[-1].least < least:
        thin = ordered.pop()
        ordered[-1] = ordered[-1] + thin
    return ordered


def combined(strata: Sequence[tuple[int, Difference]]) -> Difference:
    """Of differences with the units they stand for."""
    whole = sum(n for n, _ in strata)
    parts = [(n / whole, one) for n, one in strata]
    absolute = sum(share * one.absolute for share, one in parts)
    base = sum(share * one.base for share, one in parts)
    within = sum(share**2 * one.variance for share, one in parts)
    variance = within + max(0.0, _product(parts, "absolute", "absolute") - absolute**2) / whole
    base_variance = sum(share**2 * one.base_variance for share, one in parts)
    base_variance += (_product(parts, "base", "base") - base**2) / whole
    covariance = sum(share**2 * one.covariance for share, one in parts)
    covariance += (_product(parts, "absolute", "base") - absolute * base) / whole
    relative = _of_quotient(absolute, variance, base, base_variance, covariance) if base else None
    return Difference(absolute, variance, base, base_variance, covariance, relative, _df(parts, within))


def _of_quotient(top: float, variance: float, base: float, base_variance: float, covariance: float) -> float:
    """The variance of top / base by the delta method."""
    found = top / base
    return max(0.0, variance - 2 * found * covariance + found**2 * base_variance) / base**2


def _product(parts: Sequence[tuple[float, Difference]], one: str, other: str) -> float:
    return math.fsum(share * getattr(part, one) * getattr(part, other) for share, part in parts)


def _df(parts: Sequence[tuple[float, Difference]], within: float) -> float | None:
    """Welch–Satterthwaite over the arms of all strata."""
    shares = sum((share**2 * one.variance / within) ** 2 / one.df for share, one in parts if one.df)
    return 1 / shares if shares else None
