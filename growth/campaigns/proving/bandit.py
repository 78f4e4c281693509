"""A bandit over variations, and what may be said of it: Thompson's sampling from matured members. Pure.

While weights move and the site itself has good and bad weeks, pooled means mix the two: an arm that is favoured in
good weeks looks good. So every arm's mean is weighed by period, the time of one allocation, with the same weights for
all arms and the holdout, as GrowthBook's bandits have it.

P(best) steers; it is no significance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple, Protocol

import numpy as np

from experiments.stats.effects import TOO_FEW, Difference, Effect, judged, relative_variance
from experiments.stats.samples import Sample

DRAWS = 10_000
LEAST = 100  # matured members of every arm, before which nothing is learnt
FLOOR = 0.05  # of the allocation for each arm; half of an equal share where arms are many
LEAST_PROPENSITY = 0.01
MERGED = 2  # members of each arm, without which a period does not stand by itself


class Tally(NamedTuple):
    """Members of one arm in one period with the sums of their values, in minor units: whole numbers, exact."""

    n: int = 0
    y: int = 0
    yy: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(self.n + other.n, self.y + other.y, self.yy + other.yy)

    @property
    def mean(self) -> float:
        return self.y / self.n

    def variance(self, *, share: bool) -> float:
        """Of a member's value; of a share p(1 − p), as in all reports."""
        if share:
            return self.mean * (1 - self.mean)
        return max(0.0, (self.n * self.yy - self.y * self.y) / (self.n * (self.n - 1)))


Period = Sequence[Tally]  # by arm, the same arms in all periods


class Told(Protocol):
    """An allocation as it was stored."""

    seed: int
    evidence: Sequence[Mapping[str, Any]]
    uniform: float


def merged(periods: Iterable[Period]) -> list[Period]:
    """Periods in which an arm has less than two members are one with their neighbour."""
    found: list[Period] = []
    for period in periods:
        if found and (_is_thin(found[-1]) or _is_thin(period)):
            found[-1] = [a.plus(b) for a, b in zip(found[-1], period, strict=True)]
        else:
            found.append(period)
    return found


def _is_thin(period: Period) -> bool:
    return min(tally.n for tally in period) < MERGED


def _shares(periods: Sequence[Period]) -> list[float]:
    sizes = [sum(tally.n for tally in period) for period in periods]
    return [size / sum(sizes) for size in sizes]


def estimate(periods: Iterable[Period], arm: int, *, control: int = 0, share: bool, alpha: float = 0.05) -> Effect:
    """Arm − control, both with the same weight for each period; values in minor units."""
    standing = merged(periods)
    if len(standing) == 0 or _is_thin(standing[0]):
        return TOO_FEW
    shares = _shares(standing)
    before, after = (_weighed(standing, shares, place, share=share) for place in (control, arm))
    parts = [part for place in (control, arm) for part in _parts(standing, shares, place, share=share)]
    variance = sum(value for value, _ in parts)
    given = Difference(
        absolute=after.mean - before.mean,
        variance=variance,
        base=before.mean,
        base_variance=before.mean_variance,
        covariance=-before.mean_variance,
        relative_variance=relative_variance(before, after),
        df=variance**2 / sum(value**2 / (n - 1) for value, n in parts) if variance else None,
    )
    return judged(given, alpha=alpha)


def means(periods: Iterable[Period], *, share: bool) -> list[Sample]:
    """By arm, weighed by period."""
    standing = merged(periods)
    shares = _shares(standing)
    return [_weighed(standing, shares, place, share=share) for place in range(len(standing[0]))]


def _weighed(periods: Sequence[Period], shares: Sequence[float], arm: int, *, share: bool) -> Sample:
    n = sum(period[arm].n for period in periods)
    mean = math.fsum(weight * period[arm].mean for weight, period in zip(shares, periods, strict=True))
    return Sample(n, mean, n * sum(value for value, _ in _parts(periods, shares, arm, share=share)))


def _parts(periods: Sequence[Period], shares: Sequence[float], arm: int, *, share: bool) -> list[tuple[float, int]]:
    """What each period adds to the variance of the arm's mean, and of how many members that is."""
    return [
        (weight**2 * period[arm].variance(share=share) / period[arm].n, period[arm].n)
        for weight, period in zip(shares, periods, strict=True)
    ]


def chances(periods: Sequence[Period], seed: int, *, share: bool, less_is_better: bool = False) -> list[float]:
    """P(best) by arm: how often an arm's draw is the best of all. Of shares from Beta distributions, else from normal
    ones with the variance of all arms; each as if its effective number of members had given the weighed mean."""
    standing = merged(periods)
    shares = _shares(standing)
    arms = range(len(standing[0]))
    mean = [_weighed(standing, shares, arm, share=share).mean for arm in arms]
    size = [1 / sum(w**2 / period[arm].n for w, period in zip(shares, standing, strict=True)) for arm in arms]
    random = np.random.default_rng(seed)
    if share:
        drawn = [random.beta(1 + n * m, 1 + n * (1 - m), DRAWS) for n, m in zip(size, mean, strict=True)]
    else:
        spread = math.sqrt(reduce(Tally.plus, (tally for period in standing for tally in period)).variance(share=False))
        drawn = [random.normal(m, spread / math.sqrt(n), DRAWS) for n, m in zip(size, mean, strict=True)]
    best = np.argmin(drawn, axis=0) if less_is_better else np.argmax(drawn, axis=0)
    return [float(count / DRAWS) for count in np.bincount(best, minlength=len(drawn))]


def weights(evidence: Sequence[Mapping[str, Any]], seed: int, *, uniform: float) -> list[float]:
    """By variation; equal ones while an arm has less than LEAST matured members. ValueError where there are so many
    arms that one of them could not have LEAST_PROPENSITY."""
    count = len(evidence)
    floor = min(FLOOR, 0.5 / count)
    if uniform / count + (1 - uniform) * floor < LEAST_PROPENSITY:
        raise ValueError(f"{count} variations are too many for a bandit")
    if not is_learnt(evidence):
        return [1 / count] * count
    found = chances(
        periods_of(evidence), seed, share=evidence[0]["share"], less_is_better=evidence[0]["less_is_better"]
    )
    return [floor + (1 - count * floor) * chance for chance in found]


def is_learnt(evidence: Sequence[Mapping[str, Any]]) -> bool:
    return min(one["members"] for one in evidence) >= LEAST


def recompute(allocation: Told) -> list[float]:
    """The weights again, bit for bit, from what was stored with them."""
    return weights(allocation.evidence, allocation.seed, uniform=allocation.uniform)


def evidence_of(periods: Mapping[int, Period], *, share: bool, less_is_better: bool = False) -> list[dict[str, Any]]:
    """What an allocation stores of its variations (no holdout among them): by number of the period [number, n, Σy,
    Σy²], matured members alone."""
    arms = len(next(iter(periods.values())))
    told = [[[number, *periods[number][arm]] for number in sorted(periods)] for arm in range(arms)]
    return [
        {
            "variation": arm,
            "members": sum(n for _, n, _, _ in rows),
            "goal": sum(y for _, _, y, _ in rows),
            "share": share,
            "less_is_better": less_is_better,
            "periods": rows,
        }
        for arm, rows in enumerate(told)
    ]


def periods_of(evidence: Sequence[Mapping[str, Any]]) -> list[Period]:
    rows = zip(*(one["periods"] for one in evidence), strict=True)
    return [[Tally(*row[1:]) for row in period] for period in rows]
