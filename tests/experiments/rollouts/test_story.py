"""Whole rollouts, as their days pass: what is published is evaluated for each visitor, what they do is recorded as
events, refreshed from the lake, and looked at."""

import random
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events.record import record_all
from experiments.evaluation import compile, evaluate
from experiments.measuring import refreshing
from experiments.models import Flag, Publication, RolloutStep
from experiments.rollouts import looking, stepping
from tests.experiments import builders
from tests.experiments.measuring.world import did, exposed
from tests.experiments.report.building_data import START

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE, USUAL, BAD = range(1, 3001), 0.06, 0.14
HOUR = timedelta(hours=1)


def visit(rollout, chance, *, rate):
    """Everybody comes within the day, votes, and meets an error as often as what they are shown has it."""
    program = compile({"features": {"buttons": Publication.objects.get(flag="buttons").body}})
    phase, made = rollout.experiment.phases.get(), []
    for person in PEOPLE:
        answer = evaluate(program, {"id": str(person)}, "buttons")
        if answer.exposure is None:
            continue
        came = phase_time() + timedelta(seconds=chance.randrange(3600))
        made += [exposed(phase, person, came, answer.variation), did(person, came + HOUR)]
        if chance.random() < (rate if answer.value else USUAL):
            made.append(did(person, came + HOUR, "submit_failed"))
    record_all(made)


def phase_time():
    return timezone.now() + HOUR


def lived(*, rate, days=8):
    """The rollout after so many days, with a refresh and a look in each."""
    chance = random.Random(8)
    with time_machine.travel(START, tick=False) as clock:
        rollout = stepping.begin(builders.new_flag("buttons"), value=True, by=None, step_hours=20)
        for _day in range(days):
            visit(rollout, chance, rate=rate)
            clock.shift(timedelta(hours=24))
            refreshing.refresh()
            looking.look_at_all()
            rollout.refresh_from_db()
            if rollout.state != "running":
                break
    return rollout


def test_a_bad_feature_is_rolled_back_before_half_of_the_people_have_it():
    rollout = lived(rate=BAD)
    assert (rollout.state, rollout.experiment.decision) == ("rolled_back", "roll_back")
    assert rollout.share < 5000
    assert rollout.reason.startswith("It harms Error rate: +")
    flag = Flag.objects.get(name="buttons")
    assert (flag.off_value, Publication.objects.get(flag="buttons").body["rules"]) == (False, [])


def test_a_good_one_reaches_everybody():
    rollout = lived(rate=USUAL)
    steps = RolloutStep.objects.order_by("pk").values_list("verdict", "share")
    assert list(steps) == [
        ("started", 100),
        *[("advanced", share) for share in (500, 1000, 2500, 5000)],
        ("done", 10_000),
    ]
    flag = Flag.objects.get(name="buttons")
    assert (rollout.state, flag.off_value, flag.lifecycle) == ("done", True, "completed")
    evidence = rollout.last_step.evidence
    assert min(evidence["units"]) > 1400
    assert not evidence["guards"][0]["harmed"]
    assert evidence["guards"][0]["p"] is not None
