"""Whom experiments share, and whether they change each other."""

from __future__ import annotations

import statistics

import pytest

from events.engine import reading
from experiments.debugging.overlapping import interactions, overlap, running
from tests.experiments import builders
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db


def both(*phases):
    with reading(as_of=world.at(9)) as reader:
        return overlap(reader, phases)


def test_shares_are_of_each_ones_own_people():
    one, other, third = (world.experiment() for _ in range(3))
    world.record(
        *(world.exposed(one, unit, world.at(1)) for unit in range(1, 11)),
        *(world.exposed(other, unit, world.at(2)) for unit in range(9, 14) for _ in range(2)),
        world.exposed(third, 99, world.at(1)),
    )
    found = both(one, other, third)
    assert [row["persons"] for row in found["experiments"]] == [10, 5, 1]
    (pair,) = found["pairs"]
    assert (pair["pair"], pair["both"], pair["shares"]) == ([one.experiment.key, other.experiment.key], 2, [0.2, 0.4])
    assert not pair["same_flag"]
    assert not pair["same_layer"]


def test_pairs_of_one_layer_are_marked_and_holdouts_are_no_part():
    layer = builders.new_layer()
    pair = [builders.running(flag=builders.new_flag(layer=layer), share=4000) for _ in range(2)]
    builders.running(kind="holdout")
    phases = running()
    assert {phase.experiment_id for phase in phases} == {one.pk for one in pair}
    at = max(phase.started_at for phase in phases)
    world.record(*(world.exposed(phase, 1, at) for phase in phases))
    with reading() as reader:
        (found,) = overlap(reader, phases)["pairs"]
    assert found["same_layer"]


def test_of_no_experiment_there_is_no_pair():
    assert both() == {"experiments": [], "pairs": []}


def test_the_interaction_is_of_those_in_both_by_plain_counting():
    version = world.metric("count", "vote_cast", window_hours=24)
    one, other = world.experiment(version), world.experiment()
    votes = {unit: (unit * 7) % 5 + (3 if unit % 4 == 3 else 0) for unit in range(1, 81)}
    world.record(
        *(world.exposed(one, unit, world.at(1), unit % 2) for unit in range(1, 101)),
        *(world.exposed(other, unit, world.at(1), unit // 2 % 2) for unit in range(1, 81)),
        *(world.did(unit, world.at(1, hours=1)) for unit, n in votes.items() for _ in range(n)),
    )
    with reading(as_of=world.at(9)) as reader:
        (found,) = interactions(reader, one, other, version)

    def corner(a, b):
        return [votes[unit] for unit in votes if unit % 2 == a and unit // 2 % 2 == b]

    corners = [corner(1, 1), corner(0, 1), corner(1, 0), corner(0, 0)]
    means = [statistics.mean(values) for values in corners]
    assert (found["n"], found["means"]) == ([len(values) for values in corners], pytest.approx(means))
    assert found["interaction"] == pytest.approx(means[0] - means[1] - means[2] + means[3])
    low, high = found["ci"]
    assert low < found["interaction"] < high
    assert found["p"] < 0.01
