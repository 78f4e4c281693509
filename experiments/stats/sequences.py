"""Asymptotic confidence sequences: intervals that hold at every look at once.

Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, arXiv:2103.06476v7, equations 9, 134, 155 and 161. `planned` is N*, the
units of both arms at which a decision is expected; it is fixed for an experiment. The mixture sequential probability
ratio test is the same with τ = ρ² N V (Johari, Pekelis & Walsh 2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

CERTAIN = 700  # beyond, exp is none of a float's
ONE_SIDED = 0.5  # a level of a one-sided sequence lies below
MIN_UNITS, MIN_POSITIVE = 100, 10  # of each arm: before them the central limit has not been reached


@dataclass(frozen=True, slots=True)
class Look:
    ci: tuple[float, float]
    p: float


def may_start(units: int, positive: int) -> bool:
    """Whether an arm of so many units, so many of them with a value other than 0, may be looked at."""
    return units >= MIN_UNITS and positive >= MIN_POSITIVE


def look(value: float | None, error: float | None, n: int, *, planned: int, alpha: float = 0.05) -> Look | None:
    """At a difference with its standard error after `n` units of both arms; None where one of them is missing or 0."""
    if value is None or not error:
        return None
    side = reach(n, planned=planned, alpha=alpha) * error
    return Look((value - side, value + side), p_value(value, error, n, planned=planned, alpha=alpha))


@lru_cache(maxsize=1024)
def _rho2(alpha: float, planned: int) -> float:
    return (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned


def reach(n: int, *, planned: int, alpha: float = 0.05) -> float:
    """Standard errors on each side of the estimate, after `n` units of both arms."""
    rho2 = _rho2(alpha, planned)
    grown = n * rho2 + 1
    return math.sqrt(n) * math.sqrt(2 * grown / (n**2 * rho2) * math.log(math.sqrt(grown) / alpha))


def reach_at_plan(alpha: float = 0.05) -> float:
    """The reach when as many units have come as were planned, whatever their number: 3.04 for an alpha of 0.05."""
    return reach(1, planned=1, alpha=alpha)


def p_value(difference: float, error: float, n: int, *, planned: int, alpha: float = 0.05) -> float:
    """Against no difference; valid whenever one looks."""
    rho2 = _rho2(alpha, planned)
    grown = n * rho2 + 1
    evidence = rho2 * (difference / error) ** 2 * n / (2 * grown) - math.log(grown) / 2
    return min(1.0, math.exp(-evidence))


def one_sided_reach(n: int, *, planned: int, alpha: float = 0.05) -> float:
    """Standard errors on the one side that is looked at; ValueError for alpha of 0.5 and more."""
    if not 0 < alpha < ONE_SIDED:
        raise ValueError("alpha of a one-sided sequence lies between 0 and 0.5")
    rho2 = _rho2(2 * alpha, planned)
    grown = n * rho2 + 1
    return math.sqrt(n) * math.sqrt(2 * grown / (n**2 * rho2) * math.log(1 + math.sqrt(grown) / (2 * alpha)))


def one_sided_p(difference: float, error: float, n: int, *, planned: int, alpha: float = 0.05) -> float:
    """Against a difference of 0 or less: the smallest level at which the sequence, tuned for `alpha`, leaves it out."""
    if difference <= 0:
        return 1.0
    rho2 = _rho2(2 * alpha, planned)
    grown = n * rho2 + 1
    evidence = rho2 * (difference / error) ** 2 * n / (2 * grown)
    if evidence > CERTAIN:
        return 0.0
    level = math.sqrt(grown) / (2 * math.expm1(evidence)) if evidence else math.inf
    return level if level <= ONE_SIDED else 1.0
