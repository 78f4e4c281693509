import pytest
from django.test import Client
from django.utils import timezone

from growth.reports import asking, running
from growth.reports.models import Answer
from growth.segments import keeping, refreshing
from growth.segments.models import Segment

HELPERS = {"event": "answer_posted"}


@pytest.fixture
def helpers(db) -> Segment:
    return keeping.create("Helpers", definition=HELPERS, by=None)


@pytest.fixture
def refresh():
    """Let a worker refresh what is asked for."""

    def work(*segments: Segment) -> None:
        for segment in segments:
            keeping.ask(segment)
        refreshing.refresh_due(timezone.now())
        for segment in segments:
            segment.refresh_from_db()

    return work


@pytest.fixture
def answer_all():
    """Let a worker do all that waits."""

    def work() -> None:
        for answer in Answer.objects.filter(state=Answer.State.QUEUED):
            running.run(answer.pk)

    return work


@pytest.fixture
def boss(client_of, admin, monkeypatch) -> Client:
    """A superuser's client; no page waits for a worker, of which tests have none."""
    monkeypatch.setattr(asking, "QUICK", 0)
    monkeypatch.setitem(asking.answered.__kwdefaults__, "within", 0)
    return client_of(admin)
