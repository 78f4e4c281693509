"""How many units a test needs, what it can see with those it has, and how long both take.

Two normal means; both arms of one size. The sequential design is sized by the half-width that its confidence sequence
has when all planned units have come (`sequences.reach_at_plan`): it then has the power asked for at its last look, and
any earlier stop is a gain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from experiments.stats import sequences

FARTHEST = 2**27  # times as many units as there are; beyond, it is said that there is no end


@dataclass(frozen=True, slots=True)
class Aim:
    """The change that a test is to find, in the metric's own units, and the variance of a unit's value in control and
    in an arm so changed. `tests`: arms beside control times goals, which share alpha."""

    effect: float
    variance: float
    changed_variance: float
    alpha: float = 0.05
    power: float = 0.8
    tests: int = 1

    @property
    def level(self) -> float:
        return self.alpha / self.tests


@dataclass(frozen=True, slots=True)
class Price:
    units: int  # of the smallest arm
    total: int  # what a sequence is planned for
    days: int | None  # until the last unit's window has closed; None where none come


@dataclass(frozen=True, slots=True)
class Prices:
    fixed: Price  # looked at once
    sequential: Price  # looked at any time


def share_aim(share: float, relative: float, *, alpha: float = 0.05, power: float = 0.8, tests: int = 1) -> Aim:
    """Of a proportion. ValueError where the changed share is none."""
    changed = share * (1 + relative)
    if not (0 < share < 1 and 0 <= changed <= 1 and relative):
        raise ValueError("a share and its changed value lie between 0 and 1, and differ")
    return Aim(changed - share, share * (1 - share), changed * (1 - changed), alpha, power, tests)


def mean_aim(
    mean: float, variance: float, relative: float, *, alpha: float = 0.05, power: float = 0.8, tests: int = 1
) -> Aim:
    """Of a mean or a linearised ratio, whose variance the change leaves as it is."""
    if not (mean and relative and variance > 0):
        raise ValueError("a mean that is 0 or does not vary has no relative change to find")
    return Aim(abs(mean) * relative, variance, variance, alpha, power, tests)


def fixed_size(aim: Aim) -> int:
    """Units per arm (Cohen 1988, section 2.4, with the normal distribution; unpooled variances)."""
    return _size(aim, _fixed_reach(aim))


def sequential_size(aim: Aim) -> int:
    """Units per arm; about 1.9 times the fixed size at an alpha of 0.05."""
    return _size(aim, sequences.reach_at_plan(aim.level))


def priced(aim: Aim, *, daily: float, weights: Sequence[int] = (1, 1), window: int = 0) -> Prices:
    """Of both designs. `daily`: units a day that come into the experiment; `weights`: of control, and of the arms, of
    which the smallest is to be found too; `window`: days that a unit is measured. ValueError without weight of either.
    """
    if len(weights) < 2 or not weights[0] or not any(weights[1:]):
        raise ValueError("control and an arm beside it have a weight")
    smallest = min(weight for weight in weights[1:] if weight)

    def price(reach: float) -> Price:
        control = _size(aim, reach, weights[0] / smallest)
        total = -(-control * sum(weights) // weights[0])
        days = math.ceil(total / daily) + window if daily > 0 else None
        return Price(math.ceil(total * min(smallest, weights[0]) / sum(weights)), total, days)

    return Prices(price(_fixed_reach(aim)), price(sequences.reach_at_plan(aim.level)))


def relative_mde(mean: float, variance: float, units: int, *, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """The relative change that `units` per arm just find, the relative effect's variance growing with it: the root of
    δ² = r (1 + (1 + δ)²), r = k² s² / (n μ²) (GrowthBook's documentation, "Power technical details"). None where r is
    1 or more: no change, however large, would be found.
    """
    if not (mean and units):
        return None
    k = float(ndtri(1 - alpha / 2) + ndtri(power))
    r = k**2 * variance / (units * mean**2)
    return (r + math.sqrt(r * (2 - r))) / (1 - r) if r < 1 else None


def power_with(aim: Aim, units: int) -> float:
    """Of a fixed test with so many per arm."""
    error = math.sqrt((aim.variance + aim.changed_variance) / units)
    return power_at(aim.effect, error, float(ndtri(1 - aim.level / 2)))


def power_at(effect: float, error: float, reach: float) -> float:
    """The chance that an estimate lies more than `reach` of its standard errors from 0, on either side."""
    distance = effect / error
    return float(ndtr(distance - reach) + ndtr(-distance - reach))


def days_left(units: int, daily: float, *, window: int = 0) -> int | None:
    if units and daily <= 0:
        return None
    return math.ceil(units / daily) + window if units else 0


def _fixed_reach(aim: Aim) -> float:
    return float(ndtri(1 - aim.level / 2))


def _size(aim: Aim, reach: float, over: float = 1) -> int:
    """Of control, which has `over` times the units of the arm."""
    k = reach + float(ndtri(aim.power))
    return math.ceil(k**2 * (aim.variance + aim.changed_variance * over) / aim.effect**2)
