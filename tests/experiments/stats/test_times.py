"""Restricted mean time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.effects import compare
from experiments.stats.times import restricted_mean


@given(st.lists(st.integers(0, 20), min_size=2, max_size=40), st.integers(1, 25))
def test_where_all_is_seen_it_is_the_mean_of_times_cut_at_the_horizon(times, horizon):
    times = np.array(times, dtype=float)
    found = restricted_mean(times, np.ones(len(times), bool), horizon)
    cut = np.minimum(times, horizon)
    assert found.mean == pytest.approx(cut.mean())
    assert found.variance == pytest.approx(cut.var(), abs=1e-9)  # Greenwood's, without Bessel's correction


def test_a_unit_that_left_counts_for_as_long_as_it_was_seen():
    """By hand: of five, one at 2, one leaves at 3, one at 4: 1, then 4/5, then 4/5 · 2/3; 2 + 1.6 + 3.2 up to 10."""
    found = restricted_mean(np.array([2.0, 3.0, 4.0, 11.0, 12.0]), np.array([True, False, True, False, False]), 10)
    assert found.mean == pytest.approx(2 + 0.8 * 2 + 0.8 * 2 / 3 * 6)
    assert found.mean_variance == pytest.approx((0.8 * 2 + 3.2) ** 2 / (5 * 4) + 3.2**2 / (3 * 2))


def test_units_still_waiting_do_not_shift_it():
    """Exponential times of mean 5 up to 12: 5 (1 − e^−2.4), held as often as it says though a third is cut short."""
    random = np.random.default_rng(2)
    expected = 5 * (1 - math.exp(-12 / 5))
    held = 0
    for _ in range(400):
        true, gone = random.exponential(5, 200), random.uniform(0, 30, 200)
        found = restricted_mean(np.minimum(true, gone), true <= gone, 12)
        held += abs(found.mean - expected) < 1.96 * math.sqrt(found.mean_variance)
    assert 0.92 <= held / 400 <= 0.98


def test_it_is_compared_as_a_mean_is():
    random = np.random.default_rng(3)
    arms = [restricted_mean(random.exponential(mean, 2000), np.ones(2000, bool), 10) for mean in (4, 5)]
    assert compare(*arms).absolute_ci[0] > 0.3


def test_those_to_whom_it_never_happened_have_the_whole_horizon():
    found = restricted_mean(np.full(9, 30.0), np.zeros(9, bool), 14)
    assert (found.mean, found.variance) == (14, 0)


def test_nothing_is_told_of_no_units_nor_where_none_was_watched_long_enough():
    assert math.isnan(restricted_mean(np.array([]), np.array([], bool), 5).mean)
    assert math.isnan(restricted_mean(np.array([1.0, 2.0]), np.array([True, False]), 5).mean)
    assert restricted_mean(np.array([1.0, 2.0]), np.array([True, True]), 5).mean == 1.5
