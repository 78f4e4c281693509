"""Refreshing by the clock, by the command, by the button; the proof by night."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from experiments import tasks
from experiments.measuring import background, checking, lateness, marks
from experiments.measuring.counting import NOBODY
from experiments.models import ArmDay, Experiment, Refresh, Report
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def phase():
    made = world.experiment(world.metric(window_hours=24))
    world.record(world.exposed(made, 1, world.at(1)), world.did(1, world.at(1, hours=2)))
    return made


def test_where_nothing_is_measured_the_clock_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        tasks.refresh_results()
    assert not Refresh.objects.exists()


def test_by_the_clock_results_and_reports_are_written(phase):
    tasks.refresh_results()
    assert ArmDay.objects.get().y == 1
    assert Report.objects.get().experiment_id == phase.experiment_id


def test_the_command_tells_what_it_did_in_its_last_line(phase):
    out = StringIO()
    call_command("refresh_experiments", stdout=out, stderr=StringIO())
    told = json.loads(out.getvalue().splitlines()[-1])
    assert (told["experiments"], told["exposures"], told["cells"], told["rebuilt"]) == (1, 1, 1, True)
    call_command("refresh_experiments", "--only", phase.experiment.key, stdout=out, stderr=StringIO())
    assert Refresh.objects.filter(events_hi=None).count() == 1


def test_the_command_refuses_an_experiment_that_is_not_measured():
    with pytest.raises(CommandError, match="has the key nothing"):
        call_command("refresh_experiments", "--only", "nothing")


def test_the_proof_by_night_finds_what_was_changed_by_hand(phase, monkeypatch):
    checking.check()
    ArmDay.objects.update(y=7)
    monkeypatch.setattr(lateness, "since", lambda last, what: NOBODY)  # so that the closed day is not counted again
    with pytest.raises(checking.Differs, match="2 rows of 1 phases"):
        checking.check()
    assert Refresh.objects.first().error.startswith("Differs: 2 rows")


@pytest.mark.parametrize("differs", [False, True])
def test_the_proof_by_night_leaves_a_report_even_where_it_is_the_last_to_measure(phase, monkeypatch, differs):
    Experiment.objects.update(status="stopped", stopped_at=world.at(2), measured_until=world.at(3))
    if differs:
        monkeypatch.setattr(checking.writing, "differences", lambda cells: 1)
    background.check_by_night()
    assert not Experiment.objects.measured().exists()
    assert Report.objects.get().as_of == Refresh.objects.get().as_of


def test_events_stay_in_postgresql_until_a_refresh_has_read_them(phase):
    assert marks.reached() == marks.FURTHEST  # the first refresh reads the lake
    background.refresh()
    assert marks.reached() == int(marks.last().events_hi) < marks.FURTHEST
    Experiment.objects.update(status="stopped", stopped_at=world.at(2))
    assert marks.reached() == marks.FURTHEST


def test_whoever_decides_may_refresh_now_and_nobody_else(admin, mod, client_of):
    address = reverse("admin:experiments_refresh_now")
    page = client_of(admin).get(reverse("admin:experiments_refresh_changelist")).content.decode()
    assert address in page
    assert client_of(admin).get(address).status_code == 405
    assert client_of(admin).post(address).status_code == 302
    assert client_of(mod).post(address).status_code in (302, 403)
