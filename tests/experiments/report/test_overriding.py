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


def reported(verdict):
    made = experiment(versions={metric("kept"): "primary"})
    if verdict:
        body = {"phase": {"started_at": START.isoformat()}}
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
    made = reported(verdict)
    asked = ("ship", "roll_back", "inconclusive", "")
    assert {decision for decision in asked if overriding.needed(made, decision)} == against


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
