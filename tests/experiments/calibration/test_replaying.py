"""A night's tests over what the events say."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from events.record import event, record_all
from experiments import tasks
from experiments.calibration import replaying
from experiments.models import Calibration, Metric

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def traffic(monkeypatch):
    """Three hundred who came three weeks ago, half of whom vote within a day."""
    monkeypatch.setattr(replaying, "LEAST", 100)
    Metric.objects.exclude(key__in=["votes-cast", "active-day-1", "error-rate"]).update(archived_at=NOW)
    chance = random.Random(3)
    made = []
    for unit in range(1, 301):
        came = NOW - timedelta(days=21, hours=chance.randrange(100))
        made.append(event("page_viewed", unit=unit, at=came))
        for _vote in range(chance.randrange(3)):
            made.append(event("vote_cast", unit=unit, at=came + timedelta(hours=chance.randrange(1, 40)), value=1))
    record_all(made)


@pytest.mark.slow
def test_a_night_is_written_once_with_what_its_tests_found(traffic):
    first = replaying.calibrate(NOW, tests=20)
    again = replaying.calibrate(NOW, tests=20)
    assert first is not None
    assert again is not None
    assert first.body == again.body
    night = Calibration.objects.get()
    assert (night.tests, night.day.isoformat(), night.body["people"]) == (20, "2026-06-30", 300)
    by_name = {one["name"]: one for one in night.body["metrics"]}
    votes = by_name["Votes cast"]
    assert (votes["units"], votes["fixed"]["of"], sum(votes["p"])) == (300, 20, 20)
    assert votes["sequential"]["share"] <= votes["peeked"]["share"]
    assert by_name["Active on day 1"]["cuped"] is None  # nobody did anything before they came


def test_two_do_not_run_at_once():
    cache.set(tasks.CALIBRATING, "2026-06-30T12:00:00+00:00", 60)
    assert replaying.calibrate(NOW) is None
    assert not Calibration.objects.exists()


def test_without_traffic_nothing_is_said():
    body = replaying.run([], 3)
    assert (body["people"], body["metrics"], body["srm"]["alarms"]) == (0, [], None)
