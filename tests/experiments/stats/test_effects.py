"""Absolute and relative effects, against scipy, simulation and worked cases."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.stats import samples
from experiments.stats.effects import compare

numbers = st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=30)


def sample(values):
    return samples.Sample(len(values), float(np.mean(values)), float(np.var(values, ddof=1)))


@given(numbers, numbers, st.sampled_from([0.01, 0.05, 0.2]))
def test_the_absolute_effect_is_welchs_t_test(control, arm, alpha):
    if np.var(control) < 1e-6 or np.var(arm) < 1e-6:
        return
    expected = stats.ttest_ind(arm, control, equal_var=False)
    interval = expected.confidence_interval(1 - alpha)
    found = compare(sample(control), sample(arm), alpha=alpha)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-12)
    assert found.df == pytest.approx(expected.df, rel=1e-9)
    assert found.absolute_ci == pytest.approx((interval.low, interval.high), rel=1e-9, abs=1e-9)


@given(numbers, numbers)
def test_the_arms_exchanged_turn_the_sign_and_nothing_else(control, arm):
    one, other = compare(sample(control), sample(arm)), compare(sample(arm), sample(control))
    assert (one.absolute, one.absolute_se, one.p, one.df) == (-other.absolute, other.absolute_se, other.p, other.df)


def test_units_of_one_arm_need_not_vary():
    found = compare(samples.Sample(10, 5.0, 0.0), samples.Sample(10, 6.0, 2.0))
    assert found.df == pytest.approx(9)
    assert found.status == "ok"


def test_one_unit_says_nothing():
    assert compare(samples.Sample(1, 5.0, 0.0), samples.Sample(10, 6.0, 2.0)).status == "too_few"


def test_equal_without_variance_is_certain_and_unequal_without_is_not():
    same, other = samples.Sample(5, 2.0, 0.0), samples.Sample(5, 3.0, 0.0)
    assert (compare(same, same).p, compare(same, same).relative_ci) == (1.0, (0.0, 0.0))
    found = compare(same, other)
    assert (found.absolute, found.p, found.absolute_ci, found.status) == (1.0, None, None, "zero_variance")
    assert found.relative == 0.5


def test_nothing_is_relative_to_a_control_of_zero():
    found = compare(samples.Sample(50, 0.0, 4.0), samples.Sample(50, 1.0, 4.0))
    assert (found.relative, found.relative_method) == (None, "none")
    assert found.p is not None


def test_relative_to_a_negative_control_more_is_still_more():
    found = compare(samples.Sample(500, -10.0, 4.0), samples.Sample(500, -9.0, 4.0))
    assert found.relative == pytest.approx(0.1)
    low, high = found.relative_ci
    assert low < 0.1 < high


def test_where_control_is_near_zero_fieller_takes_over():
    near = compare(samples.Sample(20, 1.0, 2.0), samples.Sample(20, 2.0, 2.0))
    assert near.relative_method == "fieller"
    assert near.relative_p == near.p
    low, high = near.relative_ci
    # The ends are the ratios that a t-test of mT − R·mC just does not refuse.
    for end in (low, high):
        times = 1 + end
        t = (2.0 - times * 1.0) / math.sqrt(0.1 + times**2 * 0.1)
        assert abs(t) == pytest.approx(stats.t.ppf(0.975, near.df))


def test_an_unbounded_set_has_no_ends():
    found = compare(samples.Sample(4, 0.5, 4.0), samples.Sample(4, 2.0, 4.0))
    assert (found.relative_method, found.relative_ci) == ("fieller", (None, None))


def test_scales_that_disagree_about_zero_are_told():
    """A gain can be just significant on its own scale and just not relative to control."""
    statuses = set()
    for step in range(400):
        found = compare(samples.Sample(40, 5.0, 6.0), samples.Sample(40, 6.0 + step / 400, 6.0))
        (low, _), (relative_low, _) = found.absolute_ci, found.relative_ci
        assert (found.status == "scale_conflict") is ((low <= 0) != (relative_low <= 0))
        statuses.add(found.status)
    assert statuses == {"ok", "scale_conflict"}


@pytest.mark.parametrize("seed", range(3))
def test_a_ratios_error_is_that_of_a_bootstrap(seed):
    random = np.random.default_rng(seed)
    views = random.poisson(5, 4000) + 1
    clicks = random.binomial(views, 0.2)
    found = samples.ratio(samples.Joint.of_units(clicks.astype(float), views.astype(float)))
    picks = random.integers(0, 4000, (800, 4000))
    drawn = clicks[picks].sum(axis=1) / views[picks].sum(axis=1)
    assert math.sqrt(found.mean_variance) == pytest.approx(drawn.std(), rel=0.1)


@given(numbers, numbers)
def test_sums_of_two_shards_are_those_of_the_whole(left, right):
    def joint(values):
        return samples.Joint.of_units(np.array(values), np.array(values) * 2 + 1)

    whole, parts = joint(left + right), joint(left) + joint(right)
    assert (parts.n, parts.y) == (whole.n, pytest.approx(whole.y, abs=1e-6))
    assert parts.var_y == pytest.approx(whole.var_y, rel=1e-6, abs=1e-4)
    assert parts.cov == pytest.approx(whole.cov, rel=1e-6, abs=1e-3)


@given(st.floats(-1e6, 1e6), st.integers(2, 50), st.floats(-1e6, 1e6))
def test_units_that_are_all_alike_do_not_vary_at_all(value, count, other):
    found = samples.Joint.of_units(np.full(count, value), np.full(count, other))
    assert (found.y, found.x, found.yy, found.xx, found.xy) == (value, other, 0, 0, 0)
