"""Kaplan and Meier's curve, against a count where nobody waits any more and known numbers where some do."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from events.metrics.waiting import Wait, answered_within, curve, quantile

waits = st.lists(st.builds(Wait, st.integers(0, 20), st.integers(0, 3), st.integers(0, 3)), max_size=30)


def test_known_numbers_of_freireich_and_others():
    # Weeks of remission under 6-MP, 1963; the textbook case of the estimate, 0.857 … 0.448.
    ended = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    still = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    steps = curve([*(Wait(week, n, 0) for week, n in ended.items()), *(Wait(week, 0, n) for week, n in still.items())])
    assert [step.seconds for step in steps] == list(ended)
    assert [round(step.waiting, 3) for step in steps] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert quantile(steps, 0.5) == 23


@given(waits)
def test_where_nobody_waits_it_is_the_share_that_was_answered(found):
    over = [Wait(wait.seconds, wait.answered, 0) for wait in found]
    every = sorted(wait.seconds for wait in over for _ in range(wait.answered))
    for step in curve(over):
        assert abs(step.waiting - sum(seconds > step.seconds for seconds in every) / len(every)) < 1e-9
    half = every[(len(every) - 1) // 2] if every else None
    assert quantile(curve(over), 0.5) == half


@given(waits)
def test_it_is_the_product_of_the_shares_that_went_on_waiting(found):
    steps = curve(found)
    for step in steps:
        expected = Fraction(1)
        for at in {other.seconds for other in steps if other.seconds <= step.seconds}:
            at_risk = sum(wait.answered + wait.still for wait in found if wait.seconds >= at)
            expected *= 1 - Fraction(sum(wait.answered for wait in found if wait.seconds == at), at_risk)
        assert abs(step.waiting - expected) < 1e-9


def test_nothing_is_known_of_waits_longer_than_were_watched():
    steps = curve([Wait(10, 1, 1)])
    assert answered_within(steps, 10, 10) == 0.5
    assert answered_within(steps, 9, 10) == 0
    assert answered_within(steps, 11, 10) is None
    assert answered_within(curve([Wait(10, 1, 0)]), 11, 10) == 1
    assert quantile([], 0.5) is None
