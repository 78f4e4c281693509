"""A drill-down is over the units of the report, to the sum."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from events.context import Context
from experiments.measuring.refreshing import refresh
from experiments.models import ExperimentMetric
from experiments.report.effects import sample
from experiments.report.material import Cell
from experiments.report.slicing import slices
from tests.experiments.measuring import world
from tests.experiments.report.building_data import build

pytestmark = pytest.mark.django_db
DEVICES = ("phone", "desktop", "")


def shown(phase, unit, when, variation, device):
    context = Context(device=device)
    return world.event("exposed", unit=unit, at=when, object=("phase", phase.pk), value=variation, context=context)


def filled(*versions):
    phase, chance = world.experiment(*versions), random.Random(4)
    ExperimentMetric.objects.filter(version=versions[0]).update(role="primary")
    names = ("vote_cast", "comment_posted", "answer_posted", "bounty_offered")
    happened = [
        world.did(
            chance.randrange(1, 300), world.at(chance.random() * 12 - 3), chance.choice(names), value=chance.random()
        )
        for _ in range(2000)
    ]
    for unit in range(1, 300):
        when = world.at(chance.random() * 9)
        happened.append(shown(phase, unit, when, unit % 2, chance.choice(DEVICES)))
        happened.append(shown(phase, unit, when + timedelta(hours=1), unit % 2, "tablet"))
    world.record(*happened)
    refresh(as_of=world.at(9))
    return phase


@pytest.mark.slow
def test_slices_add_up_to_the_report_of_the_moment():
    kinds = [one for one in world.all_kinds() if one.matures_after]
    phase = filled(*kinds)
    body = build(phase.experiment_id, world.at(9))
    for version, metric in ((one, told) for one in kinds for told in body["metrics"] if told["version"] == one.pk):
        found = slices(phase, version, "device", world.at(9))
        assert set(found.units) == {"phone", "desktop", ""}
        assert sum(one.control.n for one in found.contrasts) == metric["control"]["n"] > 50
        assert sum(one.treated.n for one in found.contrasts) == metric["arms"][0]["n"]


def test_each_slice_is_what_counting_its_units_by_hand_says():
    version = world.metric("conversion", "vote_cast", window_hours=24)
    phase = world.experiment(version)
    for unit in range(1, 41):
        device = "phone" if unit % 4 < 2 else "desktop"
        world.record(shown(phase, unit, world.at(1), unit % 2, device))
        if device == "phone" and unit % 2 and unit > 8 or unit % 7 == 0:
            world.record(world.did(unit, world.at(1, hours=2)))
    found = slices(phase, version, "device", world.at(9))
    for one in found.contrasts:
        units = [unit for unit in range(1, 41) if ("phone" if unit % 4 < 2 else "desktop") == one.group]
        votes = [[bool(u % 4 < 2 and u % 2 and u > 8 or u % 7 == 0) for u in units if u % 2 == arm] for arm in (0, 1)]
        assert (one.control.mean, one.treated.mean) == tuple(sum(arm) / len(arm) for arm in votes)
        assert (one.control.n, one.treated.n) == (10, 10)
    assert found.most_gaining().group == "phone"


def test_a_metric_of_all_so_far_counts_everybody():
    version = world.metric()
    assert sum(slices(filled(version), version, "device", world.at(9)).units.values()) == 299


def test_what_sums_do_not_say_and_what_no_exposure_has_is_refused():
    quantile, votes = world.metric("quantile", quantile=0.5), world.metric()
    phase = world.experiment(quantile, votes)
    with pytest.raises(ValueError, match="no sum over units"):
        slices(phase, quantile, "device", world.at(9))
    world.record(world.exposed(phase, 1, world.at(1)))
    with pytest.raises(ValueError, match="no shoe size"):
        slices(phase, votes, "shoe size", world.at(9))


def test_where_nobody_was_exposed_there_are_no_slices():
    version = world.metric()
    found = slices(world.experiment(version), version, "device", world.at(9))
    assert (found.units, found.contrasts, found.most_gaining()) == ({}, [], None)
    assert sample(found.measure, Cell()).n == 0
