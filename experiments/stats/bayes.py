"""The Bayesian view of a relative effect: a normal prior and a normal likelihood (Gelman et al., BDA3, section 2.5).

It is shown beside the test and decides nothing: chance to win has no protection against looking often.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import ndtr, ndtri


class Prior(NamedTuple):
    """Of the relative effect before anything was seen. Not `proper`: flat, so that the data speak alone."""

    mean: float = 0.0
    deviation: float = 0.3
    proper: bool = True


class Posterior(NamedTuple):
    mean: float
    deviation: float

    def chance(self, *, less_is_better: bool = False) -> float:
        """That the arm is better than control."""
        z = self.mean / self.deviation
        return float(ndtr(-z if less_is_better else z))

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """1 − alpha of the belief, as much left out on either side."""
        reach = float(ndtri(1 - alpha / 2)) * self.deviation
        return self.mean - reach, self.mean + reach

    def risk(self, *, less_is_better: bool = False) -> tuple[float, float]:
        """What is lost on average by staying with control, and by taking the arm: E max(0, ±effect)."""
        gain = _expected_excess(self.mean, self.deviation)
        loss = gain - self.mean
        return (loss, gain) if less_is_better else (gain, loss)


FLAT = Prior(proper=False)


def posterior(effect: float, error: float, prior: Prior = Prior()) -> Posterior:  # noqa: B008 - frozen
    """Means weighed by their precisions. ValueError where there is no error to weigh by."""
    if error <= 0:
        raise ValueError("an effect without error leaves nothing to believe")
    if not prior.proper:
        return Posterior(effect, error)
    told, believed = error**-2, prior.deviation**-2
    return Posterior((told * effect + believed * prior.mean) / (told + believed), (told + believed) ** -0.5)


def _expected_excess(mean: float, deviation: float) -> float:
    """E max(0, Z) of a normal Z."""
    z = mean / deviation
    return mean * float(ndtr(z)) + deviation * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
