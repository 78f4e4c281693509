"""A funnel as proportions: of the units that began, those that came as far as each step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from experiments.stats.samples import Sample, proportion, untold


def from_start(reached: Sequence[int]) -> list[Sample]:
    """Of the units at the first step, one sample for each step after it.

    The error is that of the ratio of two sums over all exposed units (the delta method gives the same), so the first
    step may be one that units choose to take. Then the arms are compared among those who took it, and where the arms
    differ in how many do, these are not alike: read the first step's own proportion of the exposed beside it.
    """
    return [_share(reached[0], count) for count in reached[1:]]


def from_previous(reached: Sequence[int]) -> list[Sample]:
    """Of the units at the step before."""
    return [_share(before, count) for before, count in pairwise(reached)]


def _share(before: int, count: int) -> Sample:
    return proportion(before, count) if before else untold(0)
