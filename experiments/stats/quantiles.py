"""A quantile of an arm with its variance, from the values themselves; two of them are compared as means are.

Deng, Knoblich & Lu 2018, arXiv:1803.06336, section 4: the standard error comes from the two order statistics that
lie 1.96 standard errors of the rank on each side of the quantile, and no density need be guessed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from experiments.stats.samples import Floats, Joint, Sample, ratio, untold

REACH = float(ndtri(0.975))  # of the order statistics; no part of the test's level


def iid(values: Floats, level: float) -> Sample:
    """Of one value for each unit. Untold where there are so few that a bound would lie outside them."""
    n = len(values)
    spread = REACH * math.sqrt(level * (1 - level) / n) if n else 1.0
    if not spread <= level <= 1 - spread:
        return untold(n)
    low, found, high = (float(one) for one in np.quantile(values, [level - spread, level, level + spread]))
    return Sample(n, found, n * ((high - low) / (2 * REACH)) ** 2)


def clustered(values: Floats, units: NDArray[np.int64], level: float) -> Sample:
    """Of several values of each unit, `units` saying whose each is: the error of as many independent values, times
    that of the share at or below the quantile by units (delta method) over that by values. `n` counts units.
    """
    independent = iid(values, level)
    _, places = np.unique(units, return_inverse=True)
    sizes = np.bincount(places).astype(float)
    if math.isnan(independent.mean) or len(sizes) < 2:
        return untold(len(sizes))
    below = np.bincount(places, weights=values <= independent.mean).astype(float)
    widened = ratio(Joint.of_units(below, sizes)).mean_variance / (level * (1 - level) / len(values))
    return Sample(len(sizes), independent.mean, len(sizes) * independent.mean_variance * widened)
