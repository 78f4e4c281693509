"""Arms made of whole clusters (blocks of tags, hours of a switchback): the unit is the cluster, and there are few.

Samples of clusters are compared as those of units are (`effects.compare`): Welch's degrees of freedom then count
clusters, G − 2 at most and less where an arm has few or they differ in spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples import Floats, Joint, Sample, ratio, untold

Flags = NDArray[np.bool_]
LEAST_CLUSTERS, LEAST_BLOCKS = 20, 8  # of each arm


def sample(sums: Floats, sizes: Floats) -> Sample:
    """The mean over all units, from each cluster's sum and how many units it is of. Its error is that between clusters:
    the delta method's, which is the cluster-robust one (Deng, Knoblich & Lu 2018, arXiv:1803.06336, section 3.2).
    """
    if len(sums) < 2 or not sizes.sum():
        return untold(len(sums))
    return ratio(Joint.of_units(sums, sizes))


def permutations(treated: Flags, within: NDArray[np.int64], count: int, seed: int) -> Flags:
    """`count` assignments that the design might as well have drawn: shuffled among the blocks with the same `within`
    (the hour of the week, say), one row each."""
    random = np.random.default_rng(seed)
    drawn = np.repeat(treated[None, :], count, axis=0)
    for value in np.unique(within):
        blocks = np.flatnonzero(within == value)
        drawn[:, blocks] = random.permuted(drawn[:, blocks], axis=1)
    return drawn


def permutation_p(sums: Floats, sizes: Floats, treated: Flags, drawn: Flags) -> float:
    """Against no effect on any block: how often a drawn assignment tells them apart as far as the real one, itself
    counted (Bojinov, Simchi-Levi & Zhao 2023, doi:10.1287/mnsc.2022.4583; Phipson & Smyth 2010). What a block leaves
    behind in the next is to be washed out of the sums before. An arm without units counts as far apart.
    """
    rows = np.vstack([treated, drawn]).astype(float)
    distances = np.abs(_means(rows, sums, sizes) - _means(1 - rows, sums, sizes))
    distances = np.where(np.isnan(distances), np.inf, distances)
    return float(np.mean(distances >= distances[0] * (1 - 1e-12)))


def _means(chosen: Floats, sums: Floats, sizes: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return (chosen @ sums) / (chosen @ sizes)
