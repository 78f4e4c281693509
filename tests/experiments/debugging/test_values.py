"""Metrics of the units themselves, against plain Python."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from events.context import Context
from events.engine import reading
from experiments.debugging.membership import persons
from experiments.debugging.values import compared_by, told
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db


def filled(version, units=200):
    """Unit u is worth u minor steps; odd ones are treated, every third one has a phone."""
    phase = world.experiment(version)
    world.record(
        *(
            world.did(
                unit,
                world.at(1),
                "exposed",
                object=("phase", phase.pk),
                value=float(unit % 2),
                context=Context(device="phone" if unit % 3 == 0 else "desktop"),
            )
            for unit in range(1, units + 1)
        ),
        *(world.did(unit, world.at(1, hours=1), "bounty_offered", value=unit * 1.5) for unit in range(1, units + 1)),
    )
    return phase


def by(version, phase, dimension=""):
    with reading(as_of=world.at(9)) as reader:
        return compared_by(reader, phase, version, dimension)


def test_a_quantile_is_that_of_the_values_of_each_group_and_arm():
    version = world.metric("quantile", "bounty_offered", quantile=0.5, window_hours=24)
    found = by(version, filled(version), "device")
    assert {one.group for one in found.contrasts} == {"phone", "desktop"}
    for one in found.contrasts:
        units = [unit for unit in range(1, 201) if (unit % 3 == 0) == (one.group == "phone")]
        for arm, sample in ((0, one.control), (1, one.treated)):
            assert sample.mean == pytest.approx(statistics.median(unit * 1.5 for unit in units if unit % 2 == arm))


def test_a_cap_at_a_share_is_taken_over_all_units_together():
    version = world.metric("sum", "bounty_offered", cap_share=0.9, window_hours=24)
    (one,) = by(version, filled(version)).contrasts
    cap = float(np.quantile([unit * 1.5 for unit in range(1, 201)], 0.9))
    for arm, sample in ((0, one.control), (1, one.treated)):
        values = [min(unit * 1.5, cap) for unit in range(1, 201) if unit % 2 == arm]
        assert (sample.mean, sample.variance) == pytest.approx((statistics.mean(values), statistics.variance(values)))


def test_without_a_dimension_there_is_one_group_of_what_adds_up():
    version = world.metric("conversion", "bounty_offered", window_hours=24)
    rows = told(by(version, filled(version, 20)))["rows"]
    assert [(row["n"], row["means"]) for row in rows] == [([10, 10], [1, 1])]


def test_people_behind_a_number_are_as_many_as_it_says():
    version = world.metric("conversion", "bounty_offered", window_hours=24)
    phase = filled(version, 40)
    with reading(as_of=world.at(9)) as reader:
        found = persons(reader, phase, arm=1, dimension="device", value="phone", version=version)
        nobody = persons(reader, phase, arm=7)
    assert sorted(found.tolist()) == [unit for unit in range(1, 41) if unit % 2 and unit % 3 == 0]
    assert not len(nobody)


def test_whose_window_is_open_is_in_no_group():
    version = world.metric("quantile", "bounty_offered", quantile=0.5, window_hours=24 * 30)
    assert not by(version, filled(version, 20), "device").contrasts
