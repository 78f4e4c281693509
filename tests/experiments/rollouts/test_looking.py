"""What the site does by itself with rollouts, from what was measured."""

from datetime import timedelta

import numpy as np
import pytest
import time_machine
from django.utils import timezone

from experiments.models import Flag, Publication, Refresh
from experiments.rollouts import looking, stepping
from tests.experiments import builders
from tests.experiments.report.building_data import START, drawn, fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def faults():
    return builders.new_metric("fault", kind="conversion", window_hours=24, higher_is_better=False)


def begun(faults, **given):
    return stepping.begin(
        builders.new_flag("buttons"), value=True, guardrails=[(faults, 0.1)], by=None, step_hours=24, **given
    )


def measured(rollout, faults, *, n=4000, harm=0.0, arms=None, rate=0.03):
    """A first day of units, as a refresh would have counted them now."""
    units, random = drawn(n, days=1), np.random.default_rng(5)
    if arms is not None:
        units.arm = arms
    units.y = {"faults": (random.random(n) < rate + harm * units.arm).astype(np.int64)}
    fill(rollout.experiment, units, {"faults": faults})
    refreshed()


def refreshed():
    Refresh.objects.create(state="done", as_of=timezone.now(), finished_at=timezone.now(), events_hi="1")


def looked(clock, rollout, *, hours=25.0):
    clock.move_to(START + timedelta(hours=hours))
    refreshed()
    looking.look_at_all()
    rollout.refresh_from_db()
    return rollout


def test_a_good_one_goes_on_once_its_time_is_over(clock, faults):
    rollout = begun(faults)
    measured(rollout, faults)
    assert looked(clock, rollout, hours=23).step == 0

    rollout = looked(clock, rollout)

    assert (rollout.state, rollout.share) == ("running", 500)
    assert rollout.reason == "Its time is over, and no guardrail was harmed by 2000 units that have it."
    assert Publication.objects.get(flag="buttons").body["rules"][0]["coverage"] == 0.1
    guard = rollout.last_step.evidence["guards"][0]
    assert (guard["units"], guard["harmed"], guard["level"]) == ([2000, 2000], False, 0.005)


def test_harm_is_rolled_back_without_waiting_and_the_owner_is_told(clock, faults, member_named, mailoutbox):
    rollout = begun(faults, owner_id=member_named("olga", is_staff=True).pk)
    measured(rollout, faults, harm=0.05)

    rollout = looked(clock, rollout, hours=1)

    assert (rollout.state, rollout.experiment.decision) == ("rolled_back", "roll_back")
    assert rollout.reason.startswith("It harms fault: +")
    assert "more than the 10.0 % that is borne (p " in rollout.reason
    assert Publication.objects.get(flag="buttons").body["rules"] == []
    assert rollout.history.latest("pk").evidence["guards"][0]["harmed"]
    (mail,) = mailoutbox
    assert mail.to == ["olga@example.org"]
    assert mail.subject.endswith("Rollout of buttons: rolled back")
    assert rollout.reason in mail.body
    assert rollout.get_absolute_url() in mail.body


def test_faults_that_only_those_have_who_have_the_value_are_harm(clock, faults):
    """With none among the others there are never ten of each arm."""
    rollout = begun(faults)
    measured(rollout, faults, rate=0.0, harm=0.03)
    assert looked(clock, rollout, hours=1).state == "rolled_back"


def test_one_that_is_held_is_rolled_back_all_the_same(clock, faults, alice):
    rollout = stepping.hold(begun(faults), by=alice, why="Wait.")
    measured(rollout, faults, harm=0.05)
    assert looked(clock, rollout, hours=1).state == "rolled_back"


def test_a_mismatch_of_arms_holds_it(clock, faults, mailoutbox):
    rollout = begun(faults)
    measured(rollout, faults, arms=(np.arange(4000) % 5 == 0).astype(int))
    rollout = looked(clock, rollout, hours=1)
    assert rollout.state == "held"
    assert rollout.reason == "The two arms do not have the units that they should: 3200 and 800."
    assert looked(clock, rollout, hours=99).state == "held"


def test_without_traffic_it_is_held_after_a_day(clock, faults):
    rollout = looked(clock, begun(faults))
    assert rollout.state == "held"
    assert rollout.reason == "Nobody has asked for the flag in this step, for 24 hours and more."


def test_few_units_go_on_but_not_to_everybody(clock, faults):
    rollout = begun(faults)
    measured(rollout, faults, n=20)
    Flag.objects.update(decided_at=START + timedelta(days=9))
    for day in range(1, 6):
        rollout = looked(clock, rollout, hours=25 * day)
    assert (rollout.share, rollout.state) == (5000, "held")
    assert rollout.reason.startswith("Fewer than 100 units of each arm were seen")


def test_nothing_goes_to_everybody_while_a_guardrail_was_never_judged(clock, faults):
    """Of the error rate nothing was measured here."""
    rollout = begun(faults)
    measured(rollout, faults)
    Flag.objects.update(decided_at=START + timedelta(days=9))
    for day in range(1, 6):
        rollout = looked(clock, rollout, hours=25 * day)
    assert (rollout.share, rollout.state) == (5000, "held")
    assert rollout.reason.startswith("Of a guardrail fewer than 100 units")


def test_results_that_are_older_than_the_step_move_nothing(clock, faults):
    rollout = begun(faults)
    measured(rollout, faults)
    clock.move_to(START + timedelta(hours=26))
    looking.look_at_all()
    rollout.refresh_from_db()
    assert (rollout.state, rollout.reason) == ("held", "Results were not refreshed for 24 hours and more.")


def test_a_refresh_of_other_experiments_alone_tells_it_nothing(clock, faults):
    rollout = begun(faults)
    measured(rollout, faults)
    clock.move_to(START + timedelta(hours=26))
    Refresh.objects.create(state="done", as_of=timezone.now(), finished_at=timezone.now())
    looking.look_at_all()
    rollout.refresh_from_db()
    assert (rollout.state, rollout.reason) == ("held", "Results were not refreshed for 24 hours and more.")


def test_what_is_seen_is_shown_before_anything_is_decided(clock, faults):
    rollout = begun(faults)
    measured(rollout, faults)
    rollout = looked(clock, rollout, hours=2)
    assert rollout.history.count() == 1
    assert rollout.last_step.evidence["units"] == [2000, 2000]
    assert rollout.last_step.evidence["before"] == 0


def test_a_flag_that_is_killed_stops_nobody_elses_rollout(clock, faults):
    """One that cannot be moved is tried again; the others are moved."""
    rollout = begun(faults)
    measured(rollout, faults)
    Flag.objects.update(killed_at=START)
    other = stepping.begin(builders.new_flag("links"), value=True, by=None)
    looked(clock, rollout)
    other.refresh_from_db()
    assert (rollout.share, other.state) == (500, "held")


def test_one_whose_experiment_was_stopped_is_over(clock, faults, alice):
    rollout = begun(faults)
    stepping.stopping.stop(rollout.experiment, by=alice, why="Enough.")
    assert looked(clock, rollout, hours=1).state == "rolled_back"


@pytest.mark.slow
def test_looking_at_more_rollouts_asks_no_more_of_the_database(clock, faults, django_assert_max_num_queries):
    for number in range(5):
        stepping.begin(builders.new_flag(f"flag-{number}"), value=True, by=None)
    with django_assert_max_num_queries(10 + 5 * 4):
        looking.look_at_all()
