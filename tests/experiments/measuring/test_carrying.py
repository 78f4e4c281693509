"""Carry-over of a restart, over events."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from experiments.models import Phase
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db
PERSONS = range(1, 81)


def restarted(*, lasting: bool):
    """Phases whose arms cross evenly; with an effect that lasts, those who had arm 1 before go on to vote twice."""
    votes = world.metric("count", window_hours=24)
    old = world.experiment(votes)
    old.ended_at = world.at(2)
    old.save()
    new = Phase.objects.create(experiment=old.experiment, number=2, weights=[1, 1], started_at=world.at(2))
    events = []
    for person in PERSONS:
        before, now = person % 2, person // 2 % 2
        events.append(world.exposed(old, person, world.at(1), before))
        events.append(world.exposed(new, person, world.at(3), now))
        for vote in range(1 + (before if lasting else 0) + (person % 5 == 0)):
            events.append(world.did(person, world.at(3) + timedelta(minutes=vote + 1)))
    world.record(*events)
    return old.experiment


def told(experiment, capsys):
    call_command("carry_over", experiment.key)
    return json.loads(capsys.readouterr().out)


def test_an_effect_that_lasts_beyond_a_restart_is_found(capsys):
    found = told(restarted(lasting=True), capsys)
    assert (found["old"], found["new"], found["persons"]) == (1, 2, len(PERSONS))
    assert found["spread"]["chi2"] == 0
    ((_key, check),) = found["carried"].items()
    assert check["df"] == 2
    assert check["alarming"]


def test_none_is_not(capsys):
    ((_key, check),) = told(restarted(lasting=False), capsys)["carried"].items()
    assert check["p"] > 0.5


def test_without_a_restart_there_is_nothing_to_say():
    with pytest.raises(CommandError, match="not restarted"):
        call_command("carry_over", world.experiment(world.metric()).experiment.key)
    with pytest.raises(CommandError, match="no experiment"):
        call_command("carry_over", "nowhere")
