"""The site stops what does harm and ships what has won, says why, and tells the owner."""

from datetime import timedelta

import numpy as np
import pytest
import time_machine

from experiments.models import Experiment, Flag
from experiments.report import guard
from experiments.report.refreshing import reports
from experiments.running import ramping
from tests.experiments import builders
from tests.experiments.report.building_data import START, drawn, fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(member_named):
    return member_named("olga", is_staff=True)


def ran(owner, *, lift=0.0, harm=0.0, days=14, n=6000, arms=None, guarded_days=1, **fields):
    """An experiment of two weeks, its primary metric and an error rate as guardrail; as it is after a refresh."""
    kept = builders.new_metric("kept", kind="conversion", window_hours=24)
    hours = 24 * guarded_days
    errors = builders.new_metric("fault", kind="conversion", window_hours=hours, higher_is_better=False)
    metrics = [{"version": kept, "role": "primary"}, {"version": errors, "role": "guardrail", "margin": 0.1}]
    with time_machine.travel(START, tick=False):
        made = builders.running("guide", by=owner, metrics=metrics, planned_units=n, **fields)
    units, random = drawn(n, days=days), np.random.default_rng(11)
    if arms is not None:
        units.arm = arms
    units.y = {
        "kept": (random.random(n) < 0.2 * (1 + lift * units.arm)).astype(np.int64),
        "errors": (random.random(n) < 0.03 + harm * units.arm).astype(np.int64),
    }
    fill(made, units, {"kept": kept, "errors": errors})
    reports([made.pk], START + timedelta(days=days + 3))
    made.refresh_from_db()
    return made


def test_harm_stops_the_experiment_and_says_which_guardrail(owner, mailoutbox):
    made = ran(owner, lift=0.3, harm=0.04)
    assert (made.status, made.decision, made.decided_by) == ("stopped", "roll_back", None)
    assert made.decision_reason.startswith("Roll back “Treatment”: it harms fault (+")
    change = made.changes.first()
    assert (change.act, change.by, change.why) == ("stopped", None, made.decision_reason)
    assert not made.phases.current().exists()
    assert [mail.to for mail in mailoutbox] == [["olga@example.org"]]
    assert made.decision_reason in mailoutbox[0].body


def test_harm_within_the_margin_stops_nothing(owner, mailoutbox):
    assert ran(owner, harm=0.001).status == "running"
    assert mailoutbox == []


def test_a_mismatch_of_arms_stops_without_a_decision(owner):
    made = ran(owner, arms=(np.arange(6000) % 5 == 0).astype(int))
    assert (made.status, made.decision) == ("stopped", "")
    assert "do not have the units" in made.changes.first().why


def test_what_does_not_stop_by_itself_is_left_to_people(owner):
    made = ran(owner, harm=0.04, auto_stop=False)
    assert (made.status, made.report.verdict) == ("running", "roll_back")


def test_a_winner_ships_by_itself_where_that_was_chosen(owner, mailoutbox):
    made = ran(owner, lift=0.35, auto_ship=True)
    assert (made.status, made.decision, made.winner) == ("stopped", "ship", 1)
    assert made.decision_reason.startswith("Ship “Treatment”: it changed kept by +")
    assert Flag.objects.get(pk=made.flag_id).lifecycle == Flag.Lifecycle.COMPLETED
    assert len(mailoutbox) == 1


def test_a_winner_does_not_ship_while_a_guardrail_is_still_unseen(owner):
    made = ran(owner, lift=0.35, auto_ship=True, guarded_days=30)
    assert (made.status, made.report.verdict) == ("running", "collecting")
    assert [one["code"] for one in made.report.body["verdict"]["reasons"]] == ["unjudged"]


def test_a_winner_waits_for_people_where_it_was_not(owner):
    made = ran(owner, lift=0.35)
    assert (made.status, made.report.verdict) == ("running", "ship")


def test_nothing_ships_in_the_first_seven_days(owner):
    made = ran(owner, lift=0.5, auto_ship=True, days=2)
    assert (made.status, made.report.verdict) == ("running", "collecting")


def test_what_is_stopped_is_measured_on_and_not_stopped_again(owner, mailoutbox):
    made = ran(owner, harm=0.04)
    reports([made.pk], START + timedelta(days=20))
    assert Experiment.objects.get(pk=made.pk).changes.filter(act="stopped").count() == 1
    assert len(mailoutbox) == 1


def waiting(owner, **fields):
    """One that would have shipped by itself, as its report says; nothing was done yet."""
    made = ran(owner, lift=0.35, **fields)
    Experiment.objects.filter(pk=made.pk).update(auto_ship=True)
    return made, made.report.body


def acted(made, body):
    guard.act({made.pk: body})
    made.refresh_from_db()
    return made.status


def test_what_was_restarted_since_its_report_does_not_ship_by_it(owner):
    made, body = waiting(owner)
    ramping.restart(made, by=owner, why="The texts were wrong.")
    assert acted(made, body) == "running"


def test_what_people_were_given_to_decide_since_its_report_does_not_ship_by_it(owner):
    made, body = waiting(owner)
    Experiment.objects.filter(pk=made.pk).update(auto_ship=False)
    assert acted(made, body) == "running"


def test_an_older_report_than_the_newest_is_not_acted_upon(owner):
    made, body = waiting(owner)
    made.report.as_of += timedelta(hours=1)
    made.report.save()
    assert acted(made, body) == "running"


def test_a_report_that_still_holds_is_acted_upon(owner):
    made, body = waiting(owner)
    assert acted(made, body) == "stopped"
