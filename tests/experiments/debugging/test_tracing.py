"""One unit's way, against what was put in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.context import Context
from events.engine import reading
from events.models import VisitorLink
from events.record import epoch_us
from experiments.debugging.tracing import trace
from experiments.models import Phase
from experiments.running import starting
from tests.experiments import builders
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db


def traced(phase, unit, as_of=None):
    with reading(as_of=as_of or world.at(9)) as reader:
        return trace(reader, phase, unit)


def test_values_and_the_events_behind_them_stand_beside_each_other():
    count = world.metric("count", "vote_cast", window_hours=24)
    wait = world.metric("time", "answer_posted", window_hours=48)
    phase = world.experiment(count, wait)
    before, within, last = (world.at(2, hours=hours) for hours in (-5, 3, 24))
    world.record(
        world.exposed(phase, 1, world.at(2), 1),
        *(world.did(1, at) for at in (before, within, last)),
        world.did(1, world.at(2, hours=2), "answer_posted"),
    )
    found = traced(phase, 1)
    assert (found["standing"], found["first"]) == ("counted", epoch_us(world.at(2)))
    assert found["cell"] == {"phase": 1, "day": "2026-03-22", "variation": 1}
    votes, waited = found["metrics"]
    assert (votes["y"], votes["x"], votes["d"]) == (1, 1, None)
    assert [(row["epoch_us"], row["when"]) for row in votes["events"]] == [
        (epoch_us(before), "before"),
        (epoch_us(within), "within"),
    ]
    assert (waited["y"], waited["d"], waited["closed"]) == (7200, 1, True)


def test_of_retention_the_days_between_are_told_apart():
    day3 = world.metric("retention", "vote_cast", day=3)
    phase = world.experiment(day3)
    world.record(world.exposed(phase, 1, world.at(1), 0), world.did(1, world.at(2)), world.did(1, world.at(4, hours=1)))
    (metric,) = traced(phase, 1)["metrics"]
    assert metric["y"] == 1
    assert [row["when"] for row in metric["events"]] == ["waiting", "within"]


def test_a_visitor_who_became_a_member_counts_by_the_first_of_both():
    phase = world.experiment(world.metric())
    VisitorLink.objects.create(visitor=5, member=4, at=world.at(3))
    world.record(
        world.exposed(phase, -5, world.at(1), 1), world.exposed(phase, 4, world.at(4), 0), world.did(4, world.at(5))
    )
    for unit in (4, -5):
        found = traced(phase, unit)
        assert (found["person"], found["standing"], found["cell"]["variation"]) == (4, "counted", 1)
        assert found["metrics"][0]["y"] == 1


def test_who_flipped_is_told_why_and_has_no_values():
    phase = world.experiment(world.metric())
    world.record(world.exposed(phase, 1, world.at(1), 1), world.exposed(phase, 1, world.at(2), 0))
    found = traced(phase, 1)
    assert (found["standing"], found["cell"], found["metrics"][0]["y"]) == ("flipped", None, None)


def test_staff_are_left_out(admin):
    phase = world.experiment(world.metric())
    world.record(world.exposed(phase, admin.pk, world.at(1), 1))
    assert traced(phase, admin.pk)["standing"] == "staff"


def test_who_was_never_exposed_has_a_number_all_the_same():
    phase = world.experiment(world.metric())
    found = traced(phase, -77)
    assert (found["standing"], found["exposures"], found["draw"]["unit"]) == ("never", [], "-77")
    assert found["draw"]["variation"] in (0, 1)


def test_the_payload_is_told_rule_by_rule_with_numbers_and_what_conditions_ask():
    layer = builders.new_layer("page")
    flag = builders.new_flag("composer", layer=layer)
    experiment = builders.new_experiment("composer-2", flag=flag, condition={"device": "phone"})
    starting.start(experiment, by=None, share=5000)
    phase = Phase.objects.get()
    phone = Context(device="phone")
    at = phase.started_at + timedelta(minutes=1)
    shown = world.did(-9, at, "exposed", object=("phase", phase.pk), value=0.0, context=phone, path="/ask")
    world.record(shown)
    said = traced(phase, -9, as_of=at + timedelta(hours=1))["payload"]
    (rule,) = said["rules"]
    assert (rule["id"], rule["holds"], rule["known"]) == ("exp-composer-2", True, {"device": "phone"})
    assert (rule["filters"][0]["name"], rule["filters"][0]["ranges"]) == ("page", [[0, 0.5]])
    assert rule["filters"][0]["admits"] == (rule["filters"][0]["number"] < 0.5) == rule["decides"]
    assert traced(phase, -10)["payload"]["rules"][0]["holds"] is False


def test_of_a_flag_that_is_not_published_the_rules_are_not_known():
    phase = world.experiment(world.metric())
    assert traced(phase, 3)["payload"]["rules"] is None
