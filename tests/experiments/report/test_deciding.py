"""The verdict follows from what was found, and from nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.report.deciding import Case, Contrast, Harmed, Unjudged, decide

OPEN = Contrast(arm=1, gain=0.02, p=0.3, sequential_p=0.6)
WON = Contrast(arm=1, gain=0.09, p=0.001, sequential_p=0.02)
WON_AT_PLAN = Contrast(arm=1, gain=0.09, p=0.01, sequential_p=0.2)
LOST = Contrast(arm=1, gain=-0.09, p=0.001, sequential_p=0.02)
OTHER = replace(OPEN, arm=2)
CASE = Case(
    kind="ab",
    alpha=0.05,
    full_days=10,
    min_days=7,
    matured=5000,
    planned=12000,
    decides=True,
    days_left=9,
    tests=[OPEN],
)
PLANNED = replace(CASE, matured=12000, days_left=0)


def codes(verdict):
    return [reason["code"] for reason in verdict.reasons]


def told(case, **fields):
    verdict = decide(replace(case, **fields))
    return verdict.kind, *codes(verdict)


def test_what_is_not_told_yet_is_collected_with_the_days_that_are_left():
    verdict = decide(CASE)
    assert (verdict.kind, codes(verdict), verdict.days_left) == ("collecting", ["few_units"], 9)
    assert decide(replace(CASE, full_days=1, days_left=2)).days_left == 6
    assert decide(replace(CASE, days_left=None)).days_left is None
    assert told(CASE, matured=0, tests=[]) == ("collecting", "none_yet")


def test_a_win_by_the_sequence_ships_before_the_planned_size():
    verdict = decide(replace(CASE, tests=[WON]))
    assert (verdict.kind, verdict.arm) == ("ship", 1)
    assert verdict.reasons == [{"code": "better", "arm": 1, "by": "sequence"}]


def test_a_win_by_the_fixed_test_ships_only_at_the_planned_size():
    assert told(CASE, tests=[WON_AT_PLAN]) == ("collecting", "few_units")
    assert decide(replace(PLANNED, tests=[WON_AT_PLAN])).reasons == [{"code": "better", "arm": 1, "by": "plan"}]


def test_nothing_ships_and_nothing_goes_back_by_its_primary_before_seven_full_days():
    for test in (WON, LOST):
        verdict = decide(replace(CASE, full_days=6, tests=[test]))
        assert (verdict.kind, codes(verdict), verdict.days_left) == ("collecting", ["few_days"], 1)


def test_without_a_planned_size_only_the_sequence_decides():
    assert told(CASE, planned=None, matured=10**6, tests=[WON_AT_PLAN]) == ("collecting", "few_units")
    assert told(CASE, planned=None, tests=[WON])[0] == "ship"


def test_a_harmed_guardrail_rolls_back_at_once_and_asks_to_be_stopped():
    verdict = decide(replace(CASE, full_days=1, tests=[WON], harmed=[Harmed(1, 7)]))
    assert (verdict.kind, verdict.stop, verdict.arm) == ("roll_back", "guardrail", None)
    assert verdict.reasons == [{"code": "harmed", "arm": 1, "version": 7}]


def test_harm_by_one_arm_does_not_keep_another_from_winning():
    verdict = decide(replace(CASE, tests=[WON, replace(WON, arm=2, gain=0.5)], harmed=[Harmed(2, 7)]))
    assert (verdict.kind, verdict.arm, verdict.stop) == ("ship", 1, "guardrail")
    assert codes(verdict) == ["better", "harmed"]


def test_nothing_ships_before_its_guardrails_have_been_looked_at():
    waits, too_rare = Unjudged(1, 7, waits=True), Unjudged(1, 7, waits=False)
    verdict = decide(replace(CASE, tests=[WON], unjudged=[waits]))
    assert (verdict.kind, verdict.arm) == ("collecting", None)
    assert verdict.reasons == [{"code": "unjudged", "arm": 1, "version": 7}]
    assert told(PLANNED, tests=[WON], unjudged=[too_rare]) == ("review", "better", "unjudged")
    assert told(CASE, tests=[WON], unjudged=[replace(waits, arm=2)]) == ("ship", "better")


def test_harm_is_told_beside_a_fault_of_health():
    assert told(CASE, faults=["flips"], harmed=[Harmed(1, 7)]) == ("unhealthy", "flips", "harmed")


def test_of_two_winners_the_greater_effect_ships():
    assert decide(replace(CASE, tests=[WON, replace(WON, arm=2, gain=0.2)])).arm == 2


def test_what_is_worse_goes_back_once_all_arms_are_told():
    assert told(CASE, tests=[LOST]) == ("roll_back", "worse")
    assert told(CASE, tests=[LOST, OTHER]) == ("collecting", "few_units")
    assert told(PLANNED, tests=[LOST, OTHER]) == ("review", "mixed")
    assert told(PLANNED, tests=[LOST, replace(LOST, arm=2)]) == ("roll_back", "worse", "worse")


def test_no_difference_at_the_planned_size_is_for_people_to_review():
    assert told(PLANNED) == ("review", "no_difference")


def test_scales_that_disagree_are_for_people_to_review():
    assert told(PLANNED, tests=[replace(WON, conflicting=True)]) == ("review", "conflict")


def test_what_was_stopped_too_early_is_not_waited_for():
    assert told(CASE, over=True, days_left=None) == ("review", "stopped_short")
    assert told(CASE, over=True, full_days=3, tests=[WON]) == ("review", "stopped_short")
    assert told(CASE, over=True, tests=[WON]) == ("ship", "better")


def test_without_a_fixed_window_nothing_is_decided_but_harm():
    assert told(PLANNED, decides=False, tests=[WON]) == ("review", "no_primary")
    assert told(PLANNED, decides=False, harmed=[Harmed(1, 7)]) == ("roll_back", "harmed")


@pytest.mark.parametrize("fault", ["srm", "flips", "bias"])
def test_what_is_unhealthy_says_nothing_of_effects(fault):
    assert told(PLANNED, tests=[WON], faults=[fault]) == ("unhealthy", fault)


def test_only_the_sequential_test_of_the_arms_asks_to_be_stopped():
    assert decide(replace(PLANNED, faults=["srm"])).stop == ""
    verdict = decide(replace(PLANNED, mismatched=True))
    assert (verdict.kind, verdict.stop, codes(verdict)) == ("unhealthy", "srm", ["srm"])


def test_arms_that_are_alike_never_ship():
    assert told(PLANNED, kind="aa") == ("review", "aa_alike")
    assert told(CASE, kind="aa", tests=[WON]) == ("unhealthy", "aa_differs")
    assert told(CASE, kind="aa") == ("collecting", "few_units")


def test_only_experiments_ship():
    assert told(PLANNED, kind="holdout", tests=[WON]) == ("review", "better")


p_values = st.none() | st.floats(0, 1)
tests = st.builds(Contrast, st.integers(1, 3), st.none() | st.floats(-1, 1), p_values, p_values, st.booleans())
cases = st.builds(
    Case,
    kind=st.sampled_from(["ab", "aa", "rollout", "holdout"]),
    alpha=st.just(0.05),
    full_days=st.integers(0, 30),
    min_days=st.integers(0, 14),
    matured=st.integers(0, 20_000),
    planned=st.none() | st.integers(1, 20_000),
    decides=st.booleans(),
    days_left=st.none() | st.integers(0, 100),
    tests=st.lists(tests, max_size=3),
    harmed=st.lists(st.builds(Harmed, st.integers(1, 3), st.integers(1, 9)), max_size=2),
    unjudged=st.lists(st.builds(Unjudged, st.integers(1, 3), st.integers(1, 9), st.booleans()), max_size=2),
    faults=st.lists(st.sampled_from(["srm", "flips", "bias"]), max_size=2, unique=True),
    mismatched=st.booleans(),
    over=st.booleans(),
)


@given(cases)
def test_whatever_is_found_the_rules_of_shipping_hold(case):
    verdict = decide(case)
    assert verdict.reasons
    if verdict.kind != "ship":
        return
    test = next(one for one in case.tests if one.arm == verdict.arm and (one.gain or 0) > 0)
    by_plan = case.planned and case.matured >= case.planned and test.p is not None and test.p < case.alpha
    by_sequence = test.sequential_p is not None and test.sequential_p < case.alpha
    assert case.kind == "ab"
    assert case.decides
    assert case.full_days >= case.min_days
    assert by_plan or by_sequence
    assert not case.faults
    assert not case.mismatched
    assert verdict.arm not in {harm.arm for harm in case.harmed} | {one.arm for one in case.unjudged}


@given(cases)
def test_what_should_not_go_on_is_what_harms_or_is_mismatched(case):
    assert decide(case).stop == ("srm" if case.mismatched else "guardrail" if case.harmed else "")
