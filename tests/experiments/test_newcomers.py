"""The worked case (bench/newcomers_story.py): a round that does harm is stopped by the site, the next is shipped."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from bench.newcomers_story import play
from experiments import exposing
from experiments.models import ExperimentChange, Idea, Phase, Refresh

START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def _drawn_alike(monkeypatch):
    """Seeds that are the same in each run, so that one lucky draw does not make the test fail."""
    numbers = itertools.count(1)
    monkeypatch.setattr(Phase._meta.get_field("seed"), "_get_default", lambda: f"newcomers-{next(numbers)}")
    exposing.memory.clear()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_drawn_alike")
def test_what_harms_is_stopped_and_what_helps_is_shipped_to_all():
    told = play(daily=500, planned=5000, seed=3, start=START, tell=print)
    first, second = told["rounds"]

    assert (first["decision"], first["by"]) == ("roll_back", "the site")
    assert first["reason"].startswith("Roll back “write”: it harms Error rate (+")
    assert 8 <= first["ran_days"] < 20  # the windows of the first who came have closed, and it is long before the plan
    assert first["units"] == 500 * first["ran_days"]

    assert (second["parent"], second["decision"], second["by"]) == (first["key"], "ship", "the site")
    assert second["reason"].startswith("Ship “Read”: it changed Seen on day 3 by +")
    assert {key: found["inside"] for key, found in second["estimates"].items()} == dict.fromkeys(
        ("seen-day-3", "seen-day-2", "seen-day-7", "error-rate"), True
    )
    for key in ("seen-day-2", "seen-day-3", "seen-day-7"):
        assert 0.08 < second["estimates"][key]["truth"] < 0.10
        assert second["estimates"][key]["estimate"] > 0

    assert told["slices"]["device"]["most"] == "phone"
    assert told["slices"]["device"]["groups"]["phone"]["p_adjusted"] < 0.05
    assert told["afterwards"] == {"read": 200}
    assert [step.split(":")[0] for step in told["loop"]] == [*["idea", "experiment", "insight"] * 2, "idea"]
    assert Idea.objects.get(insight__experiment__key=second["key"]).state == Idea.State.OPEN
    acts = ExperimentChange.objects.filter(act__in=["started", "stopped", "shipped"]).order_by("pk")
    assert [change.act for change in acts] == ["started", "stopped", "started", "shipped"]
    assert Refresh.objects.filter(state="done").count() * 500 == told["newcomers"]
