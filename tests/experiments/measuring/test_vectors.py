"""The units of a phase are those of its sums, with what was true of them when they were first exposed."""

from __future__ import annotations

import random

import numpy as np
import pytest

from events.context import Context
from events.engine import reading
from events.models import VisitorLink
from experiments.measuring import vectors
from experiments.measuring.refreshing import refresh
from experiments.models import ArmDay, Phase
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db


def read(phase: Phase, *versions, as_of=None, dimension=""):
    with reading(as_of=as_of or world.at(9)) as reader:
        return vectors.read(reader, phase, versions, dimension=dimension)


def test_units_add_up_to_the_sums():
    versions = world.all_kinds()
    phase = world.experiment(*versions)
    units = [*range(1, 30), -7, -8]
    world.record(*world.happenings(random.Random(3), [phase], units, world.at(-16), world.at(9), 700))
    VisitorLink.objects.create(visitor=7, member=3, at=world.at(4))
    refresh(as_of=world.at(9))
    found = read(phase, *versions)
    for version in versions:
        y, x, d = found.values[version.pk]
        rows = ArmDay.objects.filter(version=version)
        assert len(found.person) == sum(row.n for row in rows)
        assert int(y.sum()) == sum(row.y for row in rows)
        assert int((x * y.astype(object)).sum()) == sum(row.xy for row in rows)
        assert (0 if d is None else int(d.sum())) == sum(row.d for row in rows)


def test_of_a_quantile_the_sum_of_each_unit_is_told():
    quantile = world.metric("quantile", "bounty_offered", quantile=0.5, window_hours=24)
    phase = world.experiment(quantile)
    world.record(
        *(world.exposed(phase, unit, world.at(1), unit % 2) for unit in (1, 2)),
        *(world.did(2, world.at(1, hours=hour), "bounty_offered", value=50.25) for hour in (1, 2, 30)),
    )
    refresh(as_of=world.at(9))
    assert not ArmDay.objects.exists()
    found = read(phase, quantile)
    told = dict(zip(found.person.tolist(), found.values[quantile.pk].y.tolist(), strict=True))
    assert told == {1: 0, 2: 100_500}


def test_a_dimension_is_that_of_the_first_exposure():
    phase = world.experiment(world.metric())
    phone, desk = (Context(device=device, country="DE") for device in ("phone", "desktop"))
    shown = {"object": ("phase", phase.pk), "value": 1.0}
    world.record(
        world.did(1, world.at(3), "exposed", context=desk, path="/later", **shown),
        world.did(1, world.at(2), "exposed", context=phone, path="/first", **shown),
        world.did(2, world.at(2), "exposed", context=desk, **shown),
    )

    def told(dimension):
        found = read(phase, dimension=dimension)
        return dict(zip(found.person.tolist(), found.dimension.tolist(), strict=True))

    assert told("device") == {1: "phone", 2: "desktop"}
    assert told("properties.path") == {1: "/first", 2: ""}
    with pytest.raises(ValueError, match="an exposure has no shoe size"):
        read(phase, dimension="shoe size")


def test_units_that_flipped_are_left_out_and_the_unit_is_the_one_exposed():
    phase = world.experiment(world.metric())
    VisitorLink.objects.create(visitor=5, member=4, at=world.at(3))
    world.record(
        world.exposed(phase, -5, world.at(1), 1),
        world.exposed(phase, 2, world.at(1), 0),
        world.exposed(phase, 2, world.at(2), 1),
    )
    found = read(phase)
    assert (found.person.tolist(), found.unit.tolist(), found.variation.tolist()) == ([4], [-5], [1])


def test_where_nobody_was_exposed_there_is_nobody():
    version = world.metric()
    found = read(world.experiment(version), version, dimension="device")
    assert len(found.person) == len(found.values[version.pk].y) == len(found.dimension) == 0
    assert found.first_us.dtype == np.int64
