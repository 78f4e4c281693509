"""Every verdict has a sentence, in both languages; numbers are written as people write them."""

import pytest
from django.utils.translation import override

from experiments.report import wording
from experiments.report.deciding import Unjudged, decide
from tests.experiments.report.test_deciding import CASE, LOST, PLANNED, WON, WON_AT_PLAN, Harmed, replace

ROW = {
    "arm": 1,
    "absolute": 0.018,
    "absolute_ci": [0.004, 0.032],
    "relative": 0.093,
    "relative_ci": [0.021, 0.165],
    "sequential": {"relative": {"ci": [0.011, 0.175]}, "absolute": {"ci": [0.002, 0.034]}},
    "harm": {"harmed": False},
}
CASES = {
    "Collecting: about 9 days left.": CASE,
    "Collecting: no end is in sight.": replace(CASE, days_left=None),
    "Collecting: 2 full days more, so that no day of the week is missing.": replace(CASE, full_days=5, tests=[WON]),
    "Ship “Guide”: it changed retention by +9.3 % (+1.1 % to +17.5 %, however often one looks).": replace(
        CASE, tests=[WON]
    ),
    "Ship “Guide”: it changed retention by +9.3 % (+2.1 % to +16.5 %) at the planned size.": replace(
        PLANNED, tests=[WON_AT_PLAN]
    ),
    "Roll back “Guide”: it changed retention by +9.3 % (+1.1 % to +17.5 %), for the worse.": replace(
        CASE, tests=[LOST]
    ),
    "Roll back “Guide”: it harms mutes (+9.3 %), more than the 2.0 % that is borne.": replace(
        CASE, harmed=[Harmed(1, 8)]
    ),
    "Review: retention shows no difference at the planned size.": PLANNED,
    "Review: retention differs on one scale and not on the other.": replace(
        PLANNED, tests=[replace(WON, conflicting=True)]
    ),
    "Unhealthy: 2.1 % of units have seen more than one variation.": replace(CASE, faults=["flips"]),
    "Unhealthy: the variations do not have the units that their weights promise.": replace(CASE, faults=["srm"]),
    "Unhealthy: units of the variations differed before they were exposed.": replace(CASE, faults=["bias"]),
    "Unhealthy: the arms of this A/A test differ in retention.": replace(CASE, kind="aa", tests=[WON]),
    "Review: it was stopped before it could be decided.": replace(CASE, over=True),
    "Collecting: too few units yet to tell whether “Guide” harms mutes.": replace(
        CASE, tests=[WON], unjudged=[Unjudged(1, 8, waits=True)]
    ),
    "Review: there is no primary metric with a fixed window to decide by.": replace(CASE, decides=False),
}


def body(case):
    verdict = decide(case)
    return {
        "arms": [{"index": 0, "name": "Control"}, {"index": 1, "name": "Guide"}],
        "verdict": {"kind": verdict.kind, "reasons": verdict.reasons, "days_left": verdict.days_left},
        "health": {"flips": {"share": 0.021}},
        "metrics": [
            {"version": 7, "name": "retention", "role": "primary", "margin": 0, "arms": [ROW]},
            {"version": 8, "name": "mutes", "role": "guardrail", "margin": 0.02, "arms": [ROW]},
        ],
    }


@pytest.mark.parametrize("words", CASES)
def test_a_verdict_is_a_sentence(words):
    assert wording.sentences(body(CASES[words]))[0] == words


@pytest.mark.parametrize("words", CASES)
def test_it_is_said_in_chinese_too(words):
    with override("zh-hans"):
        said = wording.sentences(body(CASES[words]))[0]
    assert said.endswith("。")
    assert said != words


def test_a_winner_whose_guardrail_is_too_rare_is_for_people():
    said = wording.sentences(body(replace(CASE, tests=[WON], unjudged=[Unjudged(1, 8, waits=False)])))
    assert said[0].startswith("Review: Guide changed retention for the better")
    assert said[1:] == ["Whether “Guide” harms mutes cannot be told: too few units."]


def test_that_no_guardrail_was_harmed_is_said_only_where_it_is_so():
    assert wording.sentences(body(replace(CASE, tests=[WON])))[1] == "No guardrail was harmed."
    two = replace(CASE, tests=[WON, replace(LOST, arm=2)], harmed=[Harmed(1, 8)])
    assert "No guardrail was harmed." not in wording.sentences(body(two))
    other = body(replace(CASE, tests=[WON]))
    other["metrics"][1]["arms"] = [ROW, {**ROW, "arm": 2, "harm": None}]  # it does not ship, and nobody saw it
    assert len(wording.sentences(other)) == 1


@pytest.mark.parametrize(
    ("share", "words"), [(0.093, "+9.3 %"), (-0.093, "−9.3 %"), (0, "0.0 %"), (-0.0001, "0.0 %"), (None, "–")]
)
def test_changes_have_a_sign_but_nothing_has_none(share, words):
    assert wording.percent(share, signed=True) == words


@pytest.mark.parametrize(
    ("mean", "kind", "words"),
    [
        (0.184, "conversion", "18.4 %"),
        (0.0031, "retention", "0.31 %"),
        (6.1, "count", "6.10"),
        (0.84, "ratio", "0.840"),
        (12345.6, "sum", "12,346"),
        (None, "count", "–"),
    ],
)
def test_means_have_three_figures_or_so(mean, kind, words):
    assert wording.value(mean, kind) == words


def test_small_p_values_are_bounds():
    assert [wording.p_value(p) for p in (0.00001, 0.0012, 0.31, None)] == ["< 0.0001", "0.0012", "0.310", "–"]
