"""Going on from the last refresh finds what counting all anew does, whatever happened since."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from events.lake import erasing
from events.lake.moment import scalar
from events.models import Erasure, Event, VisitorLink
from experiments.measuring import marks, refreshing
from experiments.measuring.refreshing import refresh
from experiments.models import ArmDay, Phase
from tests.events.lake.holding import seal
from tests.experiments.measuring import oracle, world

pytestmark = pytest.mark.django_db
# What came late is told by its transaction, of which a test without commits has one.
committed = pytest.mark.django_db(transaction=True)
UNITS = [*range(1, 15), -101, -102, -103, -104]


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_URL = str(tmp_path / "lake")


@pytest.fixture
def passes(monkeypatch):
    """How many cells each pass was asked for, though what else the server does holds the horizon back."""
    monkeypatch.setattr(marks, "horizon", lambda: int(scalar("SELECT pg_current_xact_id()::text")))
    asked = []
    count = refreshing.count

    def counted(plan, *given):
        asked.append(int(plan.wanted.sum()))
        return count(plan, *given)

    monkeypatch.setattr(refreshing, "count", counted)
    return asked


def holds(as_of):
    assert oracle.written() == oracle.cells(as_of)
    assert oracle.written_exposures() == oracle.exposures(as_of)


@committed
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_after_any_history(seed, settings):
    """Late events and exposures, visitors who turn out to be members, erasures, new metrics, windows that close."""
    chance = random.Random(seed)
    settings.TIME_ZONE = chance.choice(["UTC", "Europe/Berlin", "America/New_York"])
    phases = [world.experiment(*_bounded()), world.experiment(*chance.sample(_bounded(), 3), started=world.at(1.4))]
    now = world.at(-15)
    for _ in range(10):
        last, now = now, now + timedelta(hours=chance.choice([1, 9, 30, 60]))
        now = max(now, world.at(0.5))
        world.record(*world.happenings(chance, phases, UNITS, last, now, 60))
        chance.choice([_late, _late, _link, _add, _erase, _end, _seal, _nothing])(chance, phases, now)
        refresh(as_of=now)
        holds(now)


def _bounded():
    return [version for version in world.all_kinds() if version.matures_after]


def _nothing(chance, phases, now):
    pass


def _seal(chance, phases, now):
    seal()


def _late(chance, phases, now):
    world.record(*world.happenings(chance, phases, UNITS, world.at(-15), now, chance.choice([1, 5])))


def _link(chance, phases, now):
    VisitorLink.objects.get_or_create(visitor=chance.choice([101, 102, 103, 104]), defaults={"member": 3, "at": now})


def _add(chance, phases, now):
    world.add_metrics(chance.choice(phases).experiment, world.metric("count", "comment_posted", window_hours=5))


def _erase(chance, phases, now):
    seal()
    Erasure.objects.create(units=[chance.choice(UNITS)])
    erasing.work_off()


def _end(chance, phases, now):
    Phase.objects.filter(pk=phases[1].pk, ended_at=None, started_at__lte=now).update(ended_at=now)


@committed
@pytest.mark.slow
def test_what_is_closed_is_not_measured_again(passes):
    phase = world.experiment(world.metric(window_hours=24))
    world.record(*(world.exposed(phase, unit, world.at(unit)) for unit in range(1, 9)))
    refresh(as_of=world.at(9))
    refresh(as_of=world.at(9, hours=2))
    assert passes == [9 * 2, 2 * 2]  # of nine days the last, whose window was open, and what came after; by variation
    assert ArmDay.objects.count() == 8


@committed
@pytest.mark.slow
def test_what_comes_late_opens_the_cells_it_counts_in_alone(passes):
    phase = world.experiment(world.metric(window_hours=24))
    world.record(*(world.exposed(phase, unit, world.at(unit)) for unit in range(1, 9)))
    refresh(as_of=world.at(9))
    world.record(world.did(2, world.at(2, hours=5)), world.did(3, world.at(5)))  # the other is after its window
    refresh(as_of=world.at(9))
    assert passes[1:] == [2, 1]
    holds(world.at(9))


@committed
@pytest.mark.slow
def test_a_flip_opens_the_cell_of_the_first_exposure(passes):
    phase = world.experiment(world.metric(window_hours=24))
    world.record(*(world.exposed(phase, unit, world.at(1)) for unit in (1, 2)))
    refresh(as_of=world.at(9))
    world.record(world.exposed(phase, 1, world.at(9.5), 1))
    refresh(as_of=world.at(10))
    assert passes[1:] == [2 * 2, 1]
    holds(world.at(10))


def test_a_metric_added_later_is_measured_of_all_days(passes):
    phase = world.experiment(world.metric(window_hours=24))
    world.record(*(world.exposed(phase, unit, world.at(unit)) for unit in range(1, 9)))
    refresh(as_of=world.at(9))
    world.add_metrics(phase.experiment, world.metric("conversion", window_hours=1))
    refresh(as_of=world.at(9))
    assert passes == [9 * 2, 9 * 2]
    holds(world.at(9))


def test_a_metric_taken_away_takes_its_sums_along():
    phase = world.experiment(world.metric(window_hours=24), world.metric(window_hours=24))
    world.record(world.exposed(phase, 1, world.at(1)))
    refresh(as_of=world.at(9))
    phase.experiment.metrics.first().delete()
    refresh(as_of=world.at(9))
    assert ArmDay.objects.count() == 1


def test_who_becomes_staff_is_in_no_result(member_named):
    phase = world.experiment(world.metric(window_hours=24))
    member = member_named("member")
    world.record(world.exposed(phase, member.pk, world.at(1)))
    refresh(as_of=world.at(9))
    member.is_staff = True
    member.save()
    assert refresh(as_of=world.at(9)).rebuilt
    assert not ArmDay.objects.exists()


def test_to_an_earlier_time_all_is_counted_anew():
    phase = world.experiment(world.metric(window_hours=24))
    world.record(world.exposed(phase, 1, world.at(1)), world.exposed(phase, 2, world.at(3)))
    refresh(as_of=world.at(9))
    assert refresh(as_of=world.at(2)).rebuilt
    holds(world.at(2))


@committed
@pytest.mark.slow
def test_what_was_sealed_and_left_postgresql_counts_as_before(passes):
    phase = world.experiment(world.metric(window_hours=24))
    world.record(world.exposed(phase, 1, world.at(1)), world.did(1, world.at(1, hours=3)))
    refresh(as_of=world.at(9))
    written = oracle.written()
    seal()
    Event.objects.all().delete()
    refresh(as_of=world.at(9), rebuild=True)
    assert oracle.written() == written
