"""What a team's finished experiments have really brought: winners are partly lucky, so effects are shrunk to what
effects of that team are usually like, and only then summed (Efron & Morris 1975; Azevedo et al. 2020,
"A/B testing with fat tails", for the normal case)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Found:
    """An experiment's effect as it was measured."""

    effect: float
    error: float


@dataclass(frozen=True, slots=True)
class Habit:
    """What effects of a team are like: normal, with the variance τ² that their errors do not explain."""

    mean: float
    variance: float
    mean_variance: float  # of the two as estimates
    variance_variance: float

    def kept(self, one: Found) -> float:
        """How much of what an effect is beside the usual is its own and not luck."""
        return self.variance / (self.variance + one.error**2)


@dataclass(frozen=True, slots=True)
class Total:
    value: float
    variance: float

    def beside(self, measured: Found, *, alpha: float = 0.05) -> tuple[float, float]:
        """The interval of this sum less what a holdout measured. It need not hold 0: gains overlap and wear off."""
        reach = NormalDist().inv_cdf(1 - alpha / 2) * math.sqrt(self.variance + measured.error**2)
        difference = self.value - measured.effect
        return difference - reach, difference + reach


def habit(finished: Sequence[Found]) -> Habit | None:
    """By the method of moments (DerSimonian & Laird 1986) on all finished experiments, won or not. None from less
    than three: two say nothing of spread. ValueError for an effect without error."""
    if any(one.error <= 0 for one in finished):
        raise ValueError("an effect without error cannot be weighed")
    if len(finished) < 3:
        return None
    weights = [one.error**-2 for one in finished]
    whole, centre = sum(weights), _mean(weights, finished)
    heterogeneity = sum(weight * (one.effect - centre) ** 2 for weight, one in zip(weights, finished, strict=True))
    scale = whole - sum(weight**2 for weight in weights) / whole
    spread = max(0.0, (heterogeneity - (len(finished) - 1)) / scale)
    weights = [1 / (one.error**2 + spread) for one in finished]
    return Habit(_mean(weights, finished), spread, 1 / sum(weights), 2 / sum(weight**2 for weight in weights))


def shrunk(one: Found, usual: Habit) -> Found:
    """As far as its error lets it be luck, it is taken for the team's usual effect."""
    found = total([one], usual)
    return Found(found.value, math.sqrt(found.variance))


def total(won: Iterable[Found], usual: Habit) -> Total:
    """The shrunk effects of those that shipped. What they share, that mean and variance of the usual effect are
    estimates themselves, does not average out (Morris 1983, doi:10.1080/01621459.1983.10477920)."""
    value = own = by_mean = by_variance = 0.0
    for one in won:
        kept, beside = usual.kept(one), one.effect - usual.mean
        value += usual.mean + kept * beside
        own += kept * one.error**2
        by_mean += 1 - kept
        by_variance += beside * one.error**2 / (usual.variance + one.error**2) ** 2
    return Total(value, own + by_mean**2 * usual.mean_variance + by_variance**2 * usual.variance_variance)


def _mean(weights: Sequence[float], finished: Sequence[Found]) -> float:
    return sum(weight * one.effect for weight, one in zip(weights, finished, strict=True)) / sum(weights)
