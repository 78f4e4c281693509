from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from experiments.models import Publication, Report
from experiments.running import stopping
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def reported(experiment, verdict: str) -> None:
    Report.objects.create(experiment=experiment, as_of=timezone.now(), verdict=verdict, body={"verdict": {"arm": 1}})


def test_a_stop_ends_the_phase_takes_the_rule_out_and_gives_the_range_back(alice):
    flag = builders.new_flag(layer=builders.new_layer())
    experiment = builders.running(flag=flag, share=5_000)

    experiment = stopping.stop(experiment, by=alice, why="It harms answers.", decision="roll_back")

    assert (experiment.status, experiment.decision, experiment.decided_by) == ("stopped", "roll_back", alice)
    assert experiment.decision_reason == "It harms answers."
    assert not experiment.phases.current().exists()
    assert not experiment.leases.standing().exists()
    assert not flag.rules.exists()
    assert Publication.objects.get(flag=flag.name).body["rules"] == []
    change = experiment.changes.first()
    assert (change.act, change.by, change.why) == ("stopped", alice, "It harms answers.")
    assert (change.before["status"], change.after["status"]) == ("running", "stopped")


def test_it_is_measured_until_the_last_window_closes():
    metrics = [
        {"version": builders.new_metric(window_hours=72), "role": "primary"},
        {"version": builders.new_metric(kind="retention", day=7), "role": "secondary"},
        {"version": builders.new_metric(), "role": "secondary"},
    ]

    experiment = builders.running(metrics=metrics)
    with time_machine.travel("2126-11-21T15:00Z", tick=False):
        experiment = stopping.stop(experiment, by=None, why="Done.")

    assert experiment.measured_until.isoformat() == "2126-11-30T00:00:00+00:00"  # 8 days after that day


def test_windows_close_after_the_day_of_the_stop_where_the_site_is(settings):
    settings.TIME_ZONE = "Europe/Berlin"  # whose clock goes back within the window
    experiment = builders.new_experiment()  # 72 hours
    stopped = datetime(2026, 10, 23, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    until = stopping.measured_until(experiment, stopped)
    assert until.isoformat() == "2026-10-26T22:00:00+00:00"


def test_a_ratio_waits_for_its_denominator():
    visits = builders.new_metric(window_hours=240)
    ratio = builders.new_metric(kind="ratio", window_hours=24, denominator=visits)

    experiment = builders.new_experiment(metrics=[{"version": ratio, "role": "primary"}])

    assert stopping.longest_window(experiment) == timedelta(days=10)


def test_a_stop_says_why_and_stops_what_runs():
    with pytest.raises(ValidationError) as refused:
        stopping.stop(builders.running(), by=None, why=" ")
    assert set(refused.value.message_dict) == {"why"}

    with pytest.raises(ValidationError) as refused:
        stopping.stop(builders.new_experiment(), by=None, why="Never ran.")
    assert set(refused.value.message_dict) == {"status"}


def test_to_ship_stops_it_and_gives_all_the_winner(admin):
    experiment = builders.running()

    experiment = stopping.ship(experiment, variation=1, by=admin, why="Retention rose.")

    assert (experiment.status, experiment.decision, experiment.winner) == ("stopped", "ship", 1)
    body = Publication.objects.get(flag=experiment.flag.name).body
    assert [rule.get("key") for rule in body["rules"]].count(experiment.key) == 0
    assert body["rules"][-1]["force"] is True if body["rules"] else body["defaultValue"] is True


def test_one_that_was_stopped_is_shipped_or_given_up_later(admin):
    one, other = (stopping.stop(builders.running(), by=admin, why="Full.") for _ in range(2))

    one = stopping.ship(one, variation=1, by=admin, why="Day 7 rose.")
    other = stopping.decide(other, decision="inconclusive", by=admin, why="No difference.")

    assert (one.decision, other.decision) == ("ship", "inconclusive")
    assert other.changes.first().act == "decided"


@pytest.mark.parametrize(("decision", "winner"), [("ship", None), ("roll_back", 1), ("ship", 9), ("perhaps", None)])
def test_a_decision_and_its_winner_fit(decision, winner):
    with pytest.raises(ValidationError):
        stopping.stop(builders.running(), by=None, why="Done.", decision=decision, winner=winner)


def test_against_the_report_a_reviewer_says_why(admin):
    experiment = builders.running()
    reported(experiment, "collecting")

    stopping.ship(experiment, variation=1, by=admin, why="The contract ends on Monday.")

    override = experiment.overrides.get()
    assert (override.what, override.recommended, override.by) == ("decision", "collecting", admin)
    assert override.reason == "The contract ends on Monday."


def test_who_is_no_reviewer_does_not_go_against_the_report(alice):
    experiment = builders.running()
    reported(experiment, "ship")

    with pytest.raises(PermissionDenied):
        stopping.stop(experiment, by=alice, why="I do not like it.", decision="roll_back")

    experiment.refresh_from_db()
    assert experiment.status == "running"


def test_what_the_report_says_needs_no_reviewer(alice):
    experiment = builders.running()
    reported(experiment, "ship")

    stopping.ship(experiment, variation=1, by=alice, why="It says so.")

    assert not experiment.overrides.exists()


def test_a_stop_is_at_its_time():
    experiment = builders.running()

    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        experiment = stopping.stop(experiment, by=None, why="Done.")

        assert experiment.stopped_at == experiment.phases.get().ended_at == timezone.now()
