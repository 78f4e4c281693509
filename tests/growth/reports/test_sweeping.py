"""What no bell rang for is found: waiting questions, old dashboards, answers that have outlived their use."""

from datetime import timedelta

import pytest
from django.utils import timezone

from growth.reports import asking, running, sweeping, tasks
from growth.reports.models import Answer, Dashboard, SavedReport

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch):
    """What bells were rung."""
    heard: list[tuple] = []
    monkeypatch.setattr("events.bell.ring", lambda task, *ids: heard.append((task, *ids)))
    return heard


@pytest.fixture
def board(question, admin):
    """A dashboard with one tile, which somebody has just looked at."""
    made = Dashboard.objects.create(name="Week", owner=admin, seen_at=timezone.now())
    saved = SavedReport.objects.create(name="Askers", owner=admin, kind="counting", params=question().params)
    made.tiles.create(report=saved)
    return made


def test_a_question_whose_bell_was_lost_is_rung_for(question, rung):
    asking.ask(question())
    answer = Answer.objects.get()
    rung.clear()
    sweeping.sweep(timezone.now())
    assert rung == []  # its own bell may still be on its way
    sweeping.sweep(timezone.now() + timedelta(seconds=6))
    assert rung == [(tasks.answer, answer.pk)]


def test_a_tile_is_computed_when_it_is_missing_or_an_hour_old(board, question):
    now = timezone.now()
    sweeping.refresh_dashboards(now)
    running.run(Answer.objects.get().pk)
    sweeping.refresh_dashboards(now + timedelta(minutes=30))
    assert not Answer.objects.open().exists()
    sweeping.refresh_dashboards(now + timedelta(minutes=61))
    assert Answer.objects.open().get().digest == question().digest


def test_a_dashboard_that_nobody_looks_at_is_left_alone(board):
    sweeping.refresh_dashboards(timezone.now() + timedelta(days=8))
    assert not Answer.objects.exists()


def test_what_fails_is_not_tried_without_end(board, question):
    asking.ask(question())
    running._fail(running._claimed(Answer.objects.get().pk), "no disk")
    sweeping.refresh_dashboards(timezone.now() + timedelta(minutes=5))
    assert not Answer.objects.open().exists()


def test_a_saved_report_of_a_kind_that_is_gone_stops_nothing(board):
    SavedReport.objects.update(kind="gone")
    sweeping.refresh_dashboards(timezone.now())
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("cell", "state", "days", "stays"),
    [
        (None, "done", 29, True),
        (None, "done", 31, False),
        ({"times": 1}, "done", 0.9, True),
        ({"times": 1}, "done", 1.1, False),
        (None, "failed", 0.9, True),
        (None, "failed", 1.1, False),
        (None, "queued", 99, True),
    ],
)
def test_answers_are_kept_as_long_as_they_are_of_use(question, cell, state, days, stays):
    then = timezone.now() - timedelta(days=days)
    given = {"persons": [1]} if cell else {"kept": "{}"}
    Answer.objects.create(
        kind="counting", params={}, cell=cell, digest="d", state=state, finished_at=then, as_of=then, **given
    )
    sweeping.forget(timezone.now())
    assert Answer.objects.exists() is stays
