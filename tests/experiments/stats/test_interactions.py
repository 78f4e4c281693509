"""Effects of experiments on one another, against a saturated regression."""

import math

import numpy as np
import pytest

from experiments.stats.interactions import interaction
from experiments.stats.samples import Sample


def cells(y, first, second):
    groups = (y[first & second], y[first & ~second], y[~first & second], y[~first & ~second])
    return [Sample(len(one), float(one.mean()), float(one.var(ddof=1))) for one in groups]


def test_it_is_one_effect_less_the_other_with_the_errors_of_all_four():
    both, first, second, neither = (Sample(100, mean, 4.0) for mean in (5.0, 3.0, 2.5, 2.0))
    found = interaction(both, first, second, neither)
    assert (found.absolute, found.absolute_se, found.df) == pytest.approx((1.5, 0.4, 396))
    assert (found.relative, found.relative_method) == (None, "none")


def test_two_experiments_that_leave_each_other_alone_interact_as_often_as_by_chance():
    random = np.random.default_rng(2)
    seen = 0
    for _ in range(400):
        first, second = random.random((2, 300)) < 0.5
        seen += interaction(*cells(first + 2.0 * second + random.normal(size=300), first, second)).p < 0.05
    assert 0.03 <= seen / 400 <= 0.08


def test_a_cell_with_too_few_units_tells_nothing():
    full, thin = Sample(50, 1.0, 1.0), Sample(1, 1.0, 0.0)
    assert interaction(full, full, full, thin).status == "too_few"
    assert interaction(full, full, full, Sample(9, math.nan, 0.0)).status == "too_few"
    same = Sample(50, 1.0, 0.0)
    assert interaction(same, same, same, same).p == 1.0
