"""Funnels as proportions."""

import numpy as np
import pytest

from experiments.stats import funnels, samples
from experiments.stats.effects import compare


def test_shares_are_of_the_first_step_or_of_the_one_before():
    assert [one.mean for one in funnels.from_start([200, 100, 25])] == [0.5, 0.125]
    assert [one.mean for one in funnels.from_previous([200, 100, 25])] == [0.5, 0.25]
    assert [one.n for one in funnels.from_previous([200, 100, 25])] == [200, 100]


def test_the_error_is_the_delta_methods_of_all_exposed():
    random = np.random.default_rng(1)
    started = (random.random(20_000) < 0.3).astype(float)
    ended = started * (random.random(20_000) < 0.4)
    (found,) = funnels.from_start([int(started.sum()), int(ended.sum())])
    expected = samples.ratio(samples.Joint.of_units(ended, started))
    assert found.mean == pytest.approx(expected.mean)
    assert found.mean_variance == pytest.approx(expected.mean_variance, rel=1e-4)


def test_a_step_that_none_reached_leaves_nothing_to_tell_of_the_next():
    first, second = funnels.from_previous([50, 0, 0])
    assert (first.mean, compare(second, second).status) == (0, "too_few")
