"""Sums of whole numbers: they add up exactly and say what the units themselves say."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import cuped, samples, sums
from experiments.stats.effects import compare
from experiments.stats.sums import Sums

unit = st.tuples(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 50))
units = st.lists(unit, min_size=2, max_size=25)


def of(rows):
    """The sums as the measuring pass fills them."""
    found = Sums()
    for y, x, d in ((int(y), int(x), int(d)) for y, x, d in rows):
        found += Sums(1, y, y * y, x, x * x, x * y, d, d * d, y * d, x * d)
    return found


@given(units, units, st.randoms(use_true_random=False))
def test_shards_in_any_order_add_up_to_the_whole(left, right, random):
    shuffled = left + right
    random.shuffle(shuffled)
    assert of(left) + of(right) == of(shuffled)


@given(units)
def test_the_mean_and_the_variance_are_the_units_own(rows):
    found = sums.mean(of(rows), 100)
    y = np.array([one[0] / 100 for one in rows])
    assert found.mean == pytest.approx(y.mean())
    assert found.variance == pytest.approx(y.var(ddof=1), rel=1e-6, abs=1e-6)


@given(units, st.integers(10**12, 10**15))
def test_no_digit_is_lost_however_far_the_values_are_from_zero(rows, far):
    near, moved = of(rows), of((y + far, x + far, d) for y, x, d in rows)
    assert sums.mean(moved).variance == sums.mean(near).variance
    assert sums.valued(moved).xy == sums.valued(near).xy
    exact = Fraction(near.n * near.yy - near.y**2, near.n * (near.n - 1))
    assert sums.mean(moved).variance == pytest.approx(float(exact), rel=1e-15)


def test_a_proportion_is_of_ones():
    found = sums.proportion(of([(1, 0, 0)] * 3 + [(0, 0, 0)] * 9))
    assert (found.n, found.mean, found.variance) == (12, 0.25, pytest.approx(0.1875))


@given(units)
def test_a_ratio_is_that_of_its_units(rows):
    if not sum(d for _, _, d in rows):
        return
    table = np.array(rows, dtype=float)
    expected = samples.ratio(samples.Joint.of_units(table[:, 0], table[:, 2]))
    found = sums.ratio(of(rows))
    assert found.mean == pytest.approx(expected.mean)
    assert found.variance == pytest.approx(expected.variance, rel=1e-6, abs=1e-3)


@given(st.integers(1, 10**9), st.lists(st.integers(1, 10**6), min_size=2, max_size=20))
def test_units_with_one_and_the_same_ratio_do_not_vary(times, sizes):
    rows = of([(times * size, 0, size) for size in sizes])
    assert sums.ratio(rows) == samples.Sample(len(sizes), times, 0.0)
    assert sums.linearised(rows, rows).yy == 0


def test_a_ratio_in_whole_units_has_the_relative_effect_of_its_minor_ones():
    random = np.random.default_rng(8)
    arms = [of(zip(random.integers(100, 900, 50), [0] * 50, random.integers(1, 9, 50), strict=True)) for _ in "ab"]
    minor, whole = (compare(*(sums.ratio(arm, scale) for arm in arms)) for scale in (1, 100))
    assert whole.absolute == pytest.approx(minor.absolute / 100)
    assert (whole.p, whole.relative, whole.relative_se) == pytest.approx((minor.p, minor.relative, minor.relative_se))


def test_linearised_units_have_the_ratio_as_mean_and_its_covariance_with_what_was_before():
    random = np.random.default_rng(1)
    d = random.integers(1, 9, 300)
    x = random.poisson(20, 300)
    y = random.poisson(d * x / 10)
    found = sums.linearised(of(zip(y, x, d, strict=True)), of(zip(y, x, d, strict=True)))
    ratio = y.sum() / d.sum()
    each = ratio + (y - ratio * d) / d.mean()
    assert found.y == pytest.approx(each.mean()) == pytest.approx(ratio)
    assert found.var_y == pytest.approx(each.var(ddof=1))
    assert found.cov == pytest.approx(np.cov(each, x)[0, 1])


def test_strata_of_linearised_units_add_up_to_their_arm():
    random = np.random.default_rng(2)
    rows = random.integers(1, 50, (200, 3))
    whole, parts = of(rows), (of(rows[:70]), of(rows[70:]))
    added = sums.linearised(parts[0], whole, 100) + sums.linearised(parts[1], whole, 100)
    assert added.y == pytest.approx(sums.linearised(whole, whole, 100).y)
    assert added.var_y == pytest.approx(sums.linearised(whole, whole, 100).var_y)


@pytest.mark.parametrize("lift", [0, 0.1])
def test_an_adjusted_ratio_holds_the_truth_as_often_as_it_says(lift):
    """300 tests of 400 units an arm, each unit with as many sessions as it likes and a habit seen before."""
    random = np.random.default_rng(4)
    held = narrower = 0
    for _ in range(300):
        habit = random.gamma(4, 1, (2, 400))
        d = random.poisson(3, (2, 400)) + 1
        y = random.poisson(d * habit * [[1], [1 + lift]])
        x = random.poisson(5 * habit)
        arms = [_sums(y[i], x[i], d[i]) for i in (0, 1)]
        theta = cuped.slope([sums.linearised(arms[0] + arms[1], arms[0] + arms[1])]).theta
        found = cuped.compare(*(sums.linearised(arm, arm) for arm in arms), theta)
        held += found.absolute_ci[0] <= 4 * lift <= found.absolute_ci[1]
        narrower += found.absolute_se < compare(*(sums.ratio(arm) for arm in arms)).absolute_se * 0.75
    assert 0.92 <= held / 300 <= 0.98
    assert narrower > 290


def _sums(y, x, d):
    products = (y, y * y, x, x * x, x * y, d, d * d, y * d, x * d)
    return Sums(len(y), *(int(one.sum()) for one in products))


def test_nothing_is_told_of_no_units_nor_of_nothing_to_divide_by():
    for found in (sums.mean(Sums()), sums.proportion(Sums()), sums.ratio(Sums()), sums.ratio(of([(1, 0, 0)] * 5))):
        assert math.isnan(found.mean)
        assert compare(found, samples.Sample(9, 1.0, 1.0)).status == "too_few"
    assert sums.mean(of([(700, 0, 0)]), 100) == samples.Sample(1, 7.0, 0.0)
    assert math.isnan(sums.linearised(of([(1, 0, 0)] * 5), of([(1, 0, 0)] * 5)).y)
    assert math.isnan(sums.valued(Sums()).y)


def test_what_units_were_before_is_told_like_what_they_became():
    assert sums.before(of([(0, 300, 0), (0, 500, 0)]), 100) == samples.Sample(2, 4.0, 2.0)
