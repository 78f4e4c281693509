"""To go against a report takes a reviewer and a reason; to see what a mismatch of arms has spoiled, too."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError

from experiments.models import Report
from experiments.report import overriding
from tests.experiments.report.building_data import START, experiment, metric

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(member_named):
    made = member_named("rita", is_staff=True)
    made.user_permissions.add(Permission.objects.get(codename="add_override"))
    return made


def reported(verdict, arm=None, **readings):
    """`readings`: by role, of the arms 1, 2, …"""
    made = experiment(versions={metric("kept"): "primary"})
    if verdict:
        metrics = [
            {"role": role, "arms": [{"arm": n, "reading": reading} for n, reading in enumerate(found, 1)]}
            for role, found in readings.items()
        ]
        body = {"phase": {"started_at": START.isoformat()}, "verdict": {"arm": arm}, "metrics": metrics}
        Report.objects.create(experiment=made, as_of=START + timedelta(days=9), verdict=verdict, body=body)
    return made


@pytest.mark.parametrize(
    ("verdict", "against"),
    [
        ("ship", {"roll_back", "inconclusive"}),
        ("review", set()),
        ("collecting", {"ship"}),
        ("roll_back", {"ship"}),
        ("unhealthy", {"ship"}),
        (None, {"ship"}),
    ],
)
def test_what_goes_against_the_report_needs_a_reviewer(verdict, against):
    made = reported(verdict, arm=1)
    asked = ("ship", "roll_back", "inconclusive", "")
    assert {decision for decision in asked if overriding.needed(made, decision, 1)} == against


def test_to_ship_another_arm_than_the_report_says_needs_a_reviewer():
    made = reported("ship", arm=1)
    assert [overriding.needed(made, "ship", arm) for arm in (0, 1, 2)] == [True, False, True]


def test_to_ship_what_harms_or_is_worse_needs_a_reviewer_though_people_are_to_decide():
    made = reported(
        "review",
        primary=["better", "worse", "no_difference"],
        guardrail=["harmed", "not_harmed", "not_harmed"],
        secondary=["better", "better", "worse"],
    )
    assert [overriding.needed(made, "ship", arm) for arm in (1, 2, 3)] == [True, True, False]


def test_a_reviewer_gives_a_name_and_a_reason(reviewer):
    made = reported("collecting")
    found = overriding.override(made, by=reviewer, reason=" The campaign ends today. ")
    assert (found.what, found.recommended, found.by) == ("decision", "collecting", reviewer)
    assert found.reason == "The campaign ends today."


def test_nobody_else_does_and_nobody_without_a_reason(reviewer, alice):
    made = reported("collecting")
    with pytest.raises(PermissionDenied):
        overriding.override(made, by=alice, reason="I want it.")
    with pytest.raises(ValidationError):
        overriding.override(made, by=reviewer, reason="  ")
    assert not made.overrides.exists()


def test_a_word_for_one_phase_does_not_show_the_next(reviewer):
    made = reported("unhealthy")
    found = overriding.override(made, by=reviewer, what="srm", reason="A redirect, known and mended.")
    assert overriding.shown_by(made, made.report.body) == found
    later = {"phase": {"started_at": (found.at + timedelta(seconds=1)).isoformat()}}
    assert overriding.shown_by(made, later) is None
