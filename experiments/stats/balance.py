"""Sample-ratio mismatch: whether the arms have the units that their weights promise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import chdtrc, gammaln

WARN, FAIL = 0.01, 0.001


@dataclass(frozen=True, slots=True)
class Balance:
    expected: dict[str, float]  # units
    chi2: float
    df: int
    p: float
    status: str  # ok, warn, fail


def check(observed: Mapping[str, int], weights: Mapping[str, float]) -> Balance:
    """Pearson's χ² over the arms with a weight; one unit in an arm without is a fail by itself."""
    total, weight = sum(observed.values()), sum(weights.values())
    expected = {arm: total * weights[arm] / weight for arm in observed}
    weighed = [arm for arm in observed if weights[arm] > 0]
    strayed = any(observed[arm] for arm in observed if weights[arm] == 0)
    chi2 = sum((observed[arm] - expected[arm]) ** 2 / expected[arm] for arm in weighed if expected[arm])
    df = len(weighed) - 1
    p = float(chdtrc(df, chi2)) if df else 1.0
    status = "fail" if strayed or p < FAIL else "warn" if p < WARN else "ok"
    return Balance(expected, chi2, df, p, status)


def log_evidence(observed: Mapping[str, int], weights: Mapping[str, float], *, concentration: float = 100) -> float:
    """The logarithm of the e-process of a Dirichlet-multinomial against the weights (Lindon & Malek 2022,
    arXiv:2011.03567): looked at after every unit, it passes 1/α with probability α at most where there is no mismatch.
    """
    whole = sum(weights.values())
    shares = {arm: weight / whole for arm, weight in weights.items() if weight > 0}
    if any(count for arm, count in observed.items() if count and arm not in shares):
        return math.inf
    total = sum(observed.values())
    found = float(gammaln(concentration) - gammaln(concentration + total))
    for arm, share in shares.items():
        count, prior = observed.get(arm, 0), concentration * share
        found += float(gammaln(prior + count) - gammaln(prior)) - count * math.log(share)
    return found
