"""Results are what a count by hand finds, however the refreshes came."""

from __future__ import annotations

import random

import pytest

from events.models import VisitorLink
from experiments.measuring.refreshing import refresh
from experiments.models import ArmDay, ExposureDay, Refresh
from tests.experiments.measuring import oracle, world

pytestmark = pytest.mark.django_db


def holds(as_of):
    assert oracle.written() == oracle.cells(as_of)
    assert oracle.written_exposures() == oracle.exposures(as_of)


def test_nothing_is_measured_where_nothing_runs():
    assert refresh().state == Refresh.State.DONE
    assert not ArmDay.objects.exists()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
def test_every_kind_of_metric_is_what_counting_by_hand_finds(zone, settings):
    settings.TIME_ZONE = zone
    chance = random.Random(zone)
    phases = [world.experiment(*world.all_kinds()), world.experiment(*world.all_kinds(), arms=3, started=world.at(2))]
    units = [*range(1, 25), -7, -8]
    world.record(*world.happenings(chance, phases, units, world.at(-16), world.at(12), 900))
    VisitorLink.objects.create(visitor=7, member=3, at=world.at(4))
    as_of = world.at(12, hours=7)
    refresh(as_of=as_of)
    assert ExposureDay.objects.filter(flipped__gt=0).exists()
    holds(as_of)
