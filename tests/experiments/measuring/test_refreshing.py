"""Results are what a count by hand finds, however the refreshes came."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from events.models import VisitorLink
from experiments.measuring import counting, marks, reading, writing
from experiments.measuring.refreshing import refresh
from experiments.models import ArmDay, Experiment, ExposureDay, Refresh
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


def test_results_do_not_depend_on_how_persons_were_read(monkeypatch):
    phase = world.experiment(*world.all_kinds())
    world.record(*world.happenings(random.Random(5), [phase], [*range(1, 40)], world.at(-16), world.at(9), 700))
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(counting, "AT_ONCE", 3)
    refresh(as_of=world.at(9))
    holds(world.at(9))


def test_staff_are_left_out(member_named):
    phase = world.experiment(world.metric())
    boss = member_named("boss", is_staff=True)
    world.record(world.exposed(phase, boss.pk, world.at(1)), world.did(boss.pk, world.at(2)))
    refresh(as_of=world.at(3))
    assert not ExposureDay.objects.exists()


def test_a_unit_that_saw_two_variations_is_counted_as_flipped_and_left_out():
    phase = world.experiment(world.metric())
    world.record(
        world.exposed(phase, 1, world.at(1), 1),
        world.exposed(phase, 1, world.at(2), 0),
        world.exposed(phase, 2, world.at(1), 1),
        world.exposed(phase, 2, world.at(1), 1),
    )
    refresh(as_of=world.at(3))
    assert oracle.written_exposures() == {(phase.pk, 1, world.at(1).date()): (2, 1)}
    assert ArmDay.objects.get().n == 1


def test_a_person_with_two_units_stays_with_the_first():
    phase = world.experiment(world.metric())
    VisitorLink.objects.create(visitor=5, member=1, at=world.at(2))
    world.record(
        world.exposed(phase, -5, world.at(1), 1),
        world.exposed(phase, 1, world.at(3), 0),
        world.exposed(phase, 1, world.at(3), 1),  # its own flip is not the first one's
        world.did(1, world.at(3)),
    )
    refresh(as_of=world.at(4))
    assert oracle.written_exposures() == {(phase.pk, 1, world.at(1).date()): (1, 0)}
    assert ArmDay.objects.get().y == 1


def test_of_two_exposures_at_one_instant_the_earlier_id_is_the_first():
    phase = world.experiment(world.metric())
    world.record(world.exposed(phase, -5, world.at(1), 1), world.exposed(phase, 1, world.at(1), 0))
    VisitorLink.objects.create(visitor=5, member=1, at=world.at(2))
    refresh(as_of=world.at(4))
    assert list(oracle.written_exposures()) == [(phase.pk, 1, world.at(1).date())]


def test_exposures_count_while_the_phase_lasts_and_of_variations_that_there_are():
    phase = world.experiment(world.metric())
    phase.ended_at = world.at(2)
    phase.save()
    moment = timedelta(microseconds=1)
    world.record(
        world.exposed(phase, 1, world.at(0) - moment),
        world.exposed(phase, 2, world.at(0)),
        world.exposed(phase, 3, world.at(2) - moment),
        world.exposed(phase, 4, world.at(2)),
        world.exposed(phase, 5, world.at(1), 2),
        world.exposed(phase, 6, world.at(1), 0.5),
        world.exposed(phase, 7, world.at(1), -1),
    )
    refresh(as_of=world.at(3))
    assert {key[2]: units for key, units in oracle.written_exposures().items()} == {
        world.at(0).date(): (1, 0),
        world.at(1).date(): (1, 0),
    }


def test_a_window_begins_with_the_exposure_and_ends_before_its_end():
    phase = world.experiment(world.metric(window_hours=24), world.metric("retention", "vote_cast", day=1))
    moment = timedelta(microseconds=1)
    shown = world.at(1)
    times = (shown - moment, shown, shown + timedelta(days=1) - moment, shown + timedelta(days=1))
    world.record(world.exposed(phase, 1, shown), *(world.did(1, when) for when in times))
    refresh(as_of=world.at(9))
    count, retention = ArmDay.objects.order_by("version")
    assert (count.y, count.x) == (2, 1)
    assert (retention.y, retention.x) == (1, 1)


def test_a_long_wait_in_milliseconds_is_squared_exactly():
    phase = world.experiment(world.metric("time", "vote_cast"))
    world.record(world.exposed(phase, 1, world.at(0)), world.did(1, world.at(3650)))
    refresh(as_of=world.at(3651))
    row = ArmDay.objects.get()
    assert (row.y, row.yy) == (3650 * 86_400_000, (3650 * 86_400_000) ** 2)


def test_an_experiment_is_measured_until_its_last_window_has_closed_and_a_little_longer():
    phase = world.experiment(world.metric(window_hours=24))
    over = Experiment.objects.filter(pk=phase.experiment_id)
    over.update(status="stopped", stopped_at=world.at(3), measured_until=world.at(4))
    refresh(as_of=world.at(4))
    assert Experiment.objects.measured().exists()
    refresh(as_of=world.at(4, hours=1))
    assert not Experiment.objects.measured().exists()
    assert refresh(as_of=world.at(5)).experiments == 0


def test_a_refresh_that_fails_says_so_and_the_next_one_goes_on(monkeypatch):
    world.experiment(world.metric())
    with monkeypatch.context() as patch:
        patch.setattr(writing, "lay", lambda passes: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            refresh(as_of=world.at(3))
    assert (Refresh.objects.get().state, Refresh.objects.get().error) == (
        "failed",
        "ZeroDivisionError: division by zero",
    )
    Refresh.objects.create(as_of=world.at(3))  # its process was killed
    assert refresh(as_of=world.at(3)).state == "done"
    assert not Refresh.objects.filter(state="running").exists()


def test_a_refresh_of_some_is_none_to_go_on_from():
    phases = [world.experiment(world.metric()), world.experiment(world.metric())]
    world.record(*(world.exposed(phase, 1, world.at(1)) for phase in phases))
    refresh(as_of=world.at(3), only=[phases[0].experiment_id])
    assert [row.phase_id for row in ArmDay.objects.all()] == [phases[0].pk]
    assert marks.last() is None
