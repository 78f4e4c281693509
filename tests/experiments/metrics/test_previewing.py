"""A preview is asked for once for a definition, computed by a worker, and looked after while somebody waits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.record import event, record_all
from experiments import tasks
from experiments.metrics import previewing
from experiments.models import MetricPreview, MetricVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch) -> list[int]:
    heard: list[int] = []
    monkeypatch.setattr(previewing, "ring", lambda task, pk: heard.append(pk))
    return heard


def votes(**more) -> MetricVersion:
    """Not saved, as a form has it."""
    return MetricVersion(**{"kind": "count", "events": "vote_cast", "window_hours": 24, **more})


def test_a_definition_is_asked_for_once(rung):
    first = previewing.ask(votes())
    assert previewing.ask(votes(higher_is_better=False, interference="thread")) == first
    assert previewing.ask(votes(cap=3)) != first
    assert rung == [first.pk, previewing.ask(votes(cap=3)).pk]


def test_a_worker_computes_it_from_what_happened(rung):
    now = timezone.now()
    record_all(event("page_viewed", unit=unit, at=now - timedelta(days=3)) for unit in (1, 2))
    record_all([event("vote_cast", unit=1, at=now - timedelta(days=2.5))])
    preview = previewing.ask(votes())
    assert preview.is_open

    tasks.preview_metric(preview.pk)
    preview.refresh_from_db()
    assert (preview.state, preview.body["units"], preview.body["mean"]) == ("done", 2, 0.5)
    assert previewing.found(votes()) == preview


def test_the_denominator_is_part_of_the_definition(rung):
    rate = MetricVersion.objects.select_related("denominator").get(metric__key="error-rate")
    preview = previewing.ask(rate)
    tasks.preview_metric(preview.pk)
    preview.refresh_from_db()
    assert (preview.state, preview.body["mean"]) == ("done", None)


def test_one_that_is_taken_or_done_is_not_computed_again(rung, monkeypatch):
    preview = previewing.ask(votes())
    MetricPreview.objects.update(state="running", started_at=timezone.now())
    tasks.preview_metric(preview.pk)
    preview.refresh_from_db()
    assert (preview.state, preview.body) == ("running", None)


def test_what_cannot_be_computed_has_failed_and_may_be_asked_again(rung):
    preview = previewing.ask(votes(events="of_a_program"))
    tasks.preview_metric(preview.pk)
    preview.refresh_from_db()
    assert preview.state == "failed"
    assert preview.finished_at

    previewing.ask(votes(events="of_a_program"))
    preview.refresh_from_db()
    assert preview.state == "waiting"
    assert rung == [preview.pk, preview.pk]


def test_one_of_yesterday_is_computed_anew_and_shown_meanwhile(rung):
    preview = previewing.ask(votes())
    tasks.preview_metric(preview.pk)
    MetricPreview.objects.update(asked_at=timezone.now() - timedelta(hours=25))

    again = previewing.ask(votes())
    assert again.is_open
    assert again.body["units"] == 0


def test_while_somebody_looks_a_bell_that_nobody_heard_is_rung_again(rung):
    preview = previewing.ask(votes())
    previewing.look(preview)
    assert rung == [preview.pk]

    preview.asked_at -= timedelta(seconds=30)
    previewing.look(preview)
    previewing.look(preview)
    assert rung == [preview.pk, preview.pk]


def test_what_a_dead_worker_left_waits_again(rung):
    preview = previewing.ask(votes())
    MetricPreview.objects.update(state="running", started_at=timezone.now() - timedelta(minutes=10))
    preview.refresh_from_db()
    previewing.look(preview)
    preview.refresh_from_db()
    assert preview.state == "waiting"


def test_those_that_nobody_asks_for_any_more_go(rung):
    previewing.ask(votes())
    MetricPreview.objects.update(asked_at=timezone.now() - timedelta(days=31))
    kept = previewing.ask(votes(cap=2))
    assert list(MetricPreview.objects.all()) == [kept]
