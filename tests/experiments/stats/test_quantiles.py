"""Quantiles: errors against closed forms and bootstraps, by value and by unit."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.stats import quantiles
from experiments.stats.effects import compare


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_the_error_is_that_of_the_density(level):
    """The asymptotic one: √(q(1 − q)/n) / f at the quantile."""
    values = np.random.default_rng(1).exponential(size=200_000)
    found = quantiles.iid(values, level)
    expected = math.sqrt(level * (1 - level) / 200_000) / stats.expon.pdf(stats.expon.ppf(level))
    assert found.mean == pytest.approx(np.quantile(values, level))
    assert math.sqrt(found.mean_variance) == pytest.approx(expected, rel=0.15)


def test_the_interval_of_a_difference_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(2)
    true = stats.expon.ppf(0.75)
    held = 0
    for _ in range(300):
        control, arm = random.exponential(size=400), random.exponential(1.5, size=400)
        low, high = compare(quantiles.iid(control, 0.75), quantiles.iid(arm, 0.75)).absolute_ci
        held += low <= 0.5 * true <= high
    assert 0.92 <= held / 300 <= 0.98


def clusters(random, count, size=10):
    """Values that are mostly their unit's."""
    units = np.repeat(np.arange(count), random.integers(1, 2 * size, count))
    return random.normal(size=count)[units] + 0.3 * random.normal(size=len(units)), units


def test_by_unit_the_error_is_that_of_a_bootstrap_of_units():
    random = np.random.default_rng(3)
    values, units = clusters(random, 400)
    found = quantiles.clustered(values, units, 0.5)
    own = np.split(values, np.flatnonzero(np.diff(units)) + 1)
    drawn = [np.median(np.concatenate([own[i] for i in random.integers(0, 400, 400)])) for _ in range(300)]
    assert math.sqrt(found.mean_variance) == pytest.approx(np.std(drawn), rel=0.2)
    assert found.n == 400
    assert math.sqrt(found.mean_variance) > 2 * math.sqrt(quantiles.iid(values, 0.5).mean_variance)


def test_units_with_one_value_each_are_as_good_as_independent():
    values = np.random.default_rng(4).normal(size=5000)
    one, other = quantiles.iid(values, 0.8), quantiles.clustered(values, np.arange(5000), 0.8)
    assert other.mean == one.mean
    assert other.variance == pytest.approx(one.variance, rel=1e-3)


def test_the_order_of_the_values_is_nothing_to_it():
    random = np.random.default_rng(5)
    values, units = clusters(random, 50)
    order = random.permutation(len(values))
    assert quantiles.iid(values[order], 0.5) == quantiles.iid(values, 0.5)
    again = quantiles.clustered(values[order], units[order], 0.5)
    assert again.variance == pytest.approx(quantiles.clustered(values, units, 0.5).variance)


@pytest.mark.parametrize(("count", "level"), [(0, 0.5), (1, 0.5), (3, 0.5), (100, 0.99), (100, 0.01)])
def test_too_few_values_tell_nothing_of_a_far_quantile(count, level):
    few = np.arange(float(count))
    for found in (quantiles.iid(few, level), quantiles.clustered(few, np.arange(count), level)):
        assert compare(found, found).status == "too_few"


def test_values_of_one_unit_tell_nothing_of_others():
    assert math.isnan(quantiles.clustered(np.arange(500.0), np.zeros(500, int), 0.5).mean)


def test_a_quantile_among_equal_values_has_no_error_to_judge_by():
    most = np.array([1.0] * 900 + [2.0] * 100)
    assert compare(quantiles.iid(most, 0.5), quantiles.iid(most + 1, 0.5)).status == "zero_variance"
