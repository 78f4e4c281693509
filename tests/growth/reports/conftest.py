from copy import deepcopy
from pathlib import Path

import pytest
from django.test import Client

from growth.reports import asking, kinds, running
from growth.reports.asking import Question
from growth.reports.forms import params
from growth.reports.models import Answer
from tests.growth.reports.counting import Counting, CountingForm


@pytest.fixture
def counting(monkeypatch, settings) -> Counting:
    """The small kind with its template, among the real ones while the test runs."""
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(Path(__file__).parent / "templates")
    settings.TEMPLATES = templates
    kind = Counting()
    monkeypatch.setitem(kinds.KINDS, kind.key, kind)
    return kind


@pytest.fixture
def question(counting):
    def put(cell: dict | None = None, **given: object) -> Question:
        form = CountingForm(given)
        assert form.is_valid(), form.errors
        return Question(counting, params(form), cell)

    return put


@pytest.fixture
def answer_all():
    """Let a worker do all that waits."""

    def work() -> None:
        for answer in Answer.objects.filter(state=Answer.State.QUEUED):
            running.run(answer.pk)

    return work


@pytest.fixture
def boss(client_of, admin, monkeypatch, counting) -> Client:
    """A superuser's client; no page waits for a worker, of which tests have none."""
    monkeypatch.setattr(asking.answered, "__kwdefaults__", {"by": None, "within": 0})
    return client_of(admin)
