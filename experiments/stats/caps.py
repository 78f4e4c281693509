"""Winsorising: values beyond a limit count as the limit, in every arm the same."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from experiments.stats.samples import Floats


@dataclass(frozen=True, slots=True)
class Limits:
    low: float = -math.inf
    high: float = math.inf

    def capped(self, values: Floats) -> Floats:
        return np.clip(values, self.low, self.high)


def percentiles(arms: Iterable[Floats], *, lower: float = 0, upper: float = 1, ignore_zeros: bool = False) -> Limits:
    """The limits at two quantiles of all arms' values together, interpolated linearly (Hyndman & Fan 1996, type 7):
    of each arm its own would take away the difference that is looked for. A quantile of 0 or 1 does not limit.
    """
    values = np.concatenate(list(arms))
    if ignore_zeros:
        values = values[values != 0]
    if not len(values):
        return Limits()
    low, high = (float(one) for one in np.quantile(values, [lower, upper]))
    return Limits(low if lower > 0 else -math.inf, high if upper < 1 else math.inf)
