import pytest

from growth.reports import kinds
from growth.reports.asking import Question
from growth.reports.forms import params
from tests.growth.reports.counting import Counting, CountingForm


@pytest.fixture
def counting(monkeypatch) -> Counting:
    """The small kind, among the real ones while the test runs."""
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
