from datetime import UTC, datetime, timedelta

import pytest
from scipy.stats import binomtest

from community.forum.ranking import confidence, hot, wilson

THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("up", "down"), [(1, 0), (10, 0), (10, 5), (3, 40), (1000, 1)])
def test_wilson_is_the_lower_bound_of_the_share_of_up_votes(up, down):
    bound = binomtest(up, up + down).proportion_ci(confidence_level=0.8, method="wilson").low
    assert wilson(up, down) == pytest.approx(bound)


def test_without_up_votes_the_bound_is_zero():
    assert (wilson(0, 0), wilson(0, 3)) == (0, pytest.approx(0))


def test_many_votes_are_worth_more_than_a_perfect_few():
    assert wilson(100, 5) > wilson(2, 0) > wilson(1, 0) > wilson(1, 5)


def test_answers_with_down_votes_alone_stand_below_those_without_votes():
    assert confidence(1, 9) > confidence(0, 0) > confidence(0, 1) > confidence(0, 5)
    assert confidence(7, 2) == wilson(7, 2)


def test_ten_times_the_votes_are_worth_twenty_two_hours():
    assert hot(9, 0, THEN) == pytest.approx(hot(0, 0, THEN + timedelta(hours=22)))


def test_votes_heat_and_down_votes_cool():
    assert hot(5, 0, THEN) > hot(0, 0, THEN) > hot(-5, 0, THEN)


def test_replies_heat_half_as_much_and_never_more_than_the_votes():
    assert hot(5, 0, THEN) < hot(5, 4, THEN) < hot(8, 0, THEN)
    assert hot(0, 1000, THEN) == hot(0, 2, THEN) == hot(1, 0, THEN)
    assert hot(-5, 1000, THEN) == hot(-5, 0, THEN)


def test_younger_is_hotter():
    assert hot(0, 0, THEN + timedelta(seconds=1)) > hot(0, 0, THEN)
