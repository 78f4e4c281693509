"""Shrunk effects and their sum."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import shrinking
from experiments.stats.shrinking import Found, Habit, Total

found = st.builds(Found, st.floats(-1, 1), st.floats(0.05, 0.5))


def test_the_habit_by_hand():
    """Equal errors: the mean, and what the variance of the effects has over that of the errors."""
    effects = [0.1, 0.3, 0.5, 0.7]
    habit = shrinking.habit([Found(one, 0.1) for one in effects])
    assert (habit.mean, habit.variance) == pytest.approx((0.4, np.var(effects, ddof=1) - 0.01))
    assert habit.mean_variance == pytest.approx(np.var(effects, ddof=1) / 4)


@given(found, st.builds(Habit, st.floats(-0.2, 0.2), st.floats(0, 0.1), st.just(0.0), st.just(0.0)))
def test_an_effect_moves_towards_the_habit_and_not_beyond(one, habit):
    shrunk = shrinking.shrunk(one, habit)
    low, high = sorted((habit.mean, one.effect))
    assert low - 1e-12 <= shrunk.effect <= high + 1e-12
    assert shrunk.error <= one.error + 1e-12


def test_without_spread_all_are_the_habit():
    habit = Habit(0.02, 0.0, 0.0001, 0.0)
    assert shrinking.shrunk(Found(0.5, 0.1), habit) == Found(0.02, 0.01)
    total = shrinking.total([Found(0.5, 0.1)] * 3, habit)
    assert (total.value, math.sqrt(total.variance)) == (pytest.approx(0.06), pytest.approx(0.03))


def test_raw_wins_promise_too_much_and_the_shrunk_sum_does_not():
    """200 teams of 60 experiments each; what shipped is what was significant. The sum's interval holds what these
    really bring, where the raw sum is too high by a quarter and more."""
    random = np.random.default_rng(1)
    held, raw, real = 0, 0.0, 0.0
    for _ in range(200):
        truth, errors = random.normal(0.005, 0.02, 60), random.uniform(0.01, 0.03, 60)
        finished = [Found(*one) for one in zip(random.normal(truth, errors), errors, strict=True)]
        won = [place for place, one in enumerate(finished) if one.effect > 1.96 * one.error]
        total = shrinking.total([finished[place] for place in won], shrinking.habit(finished))
        gained = truth[won].sum()
        held += abs(total.value - gained) < 1.96 * math.sqrt(total.variance)
        raw, real = raw + sum(finished[place].effect for place in won), real + gained
    assert raw / real > 1.25
    assert held / 200 > 0.92


def test_the_sum_stands_beside_the_holdouts_number():
    low, high = Total(0.10, 0.0009).beside(Found(0.07, 0.04))
    assert (low, high) == pytest.approx((0.03 - 1.959964 * 0.05, 0.03 + 1.959964 * 0.05))


def test_two_experiments_are_no_habit_and_one_without_error_is_refused():
    assert shrinking.habit([Found(0.1, 0.1)] * 2) is None
    with pytest.raises(ValueError, match="without error"):
        shrinking.habit([Found(0.1, 0.0)] * 3)


def test_no_wins_sum_to_nothing():
    assert shrinking.total([], Habit(0.1, 0.1, 0.1, 0.1)) == Total(0.0, 0.0)
