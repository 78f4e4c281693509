"""The page of calibrations."""

from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.urls import reverse

from experiments import tasks
from experiments.models import Calibration, Metric

pytestmark = pytest.mark.django_db
PAGE = "/admin/experiments/calibration/"


def share(count, of=500, low=0.03, high=0.07):
    return {"count": count, "of": of, "share": count / of, "low": low, "high": high}


def night(day, *, fixed):
    version = Metric.objects.get(key="votes-cast").newest
    told = {"version": version.pk, "name": "Votes cast", "units": 4321, "p": [25] * 20, "peeked": share(121)}
    told |= {"cuped": None, "sequential": share(6), "coverage": share(474), "cuped_coverage": None}
    body = {"looks": 20, "alpha": 0.05, "people": 5000, "metrics": [{**told, "fixed": fixed}]}
    body["srm"] = {"p": [25] * 20, "alarms": share(1)}
    as_of = datetime(2026, 11, day, 5, tzinfo=UTC)
    return Calibration.objects.create(day=date(2026, 11, day), as_of=as_of, tests=500, body=body)


@pytest.fixture
def page(admin, client_of):
    client = client_of(admin)
    return lambda **asked: client.get(PAGE, asked).content.decode()


def test_it_says_how_often_nothing_was_called_something(page):
    night(19, fixed=share(40, low=0.06, high=0.11))
    night(20, fixed=share(26))
    shown = page()
    assert "Of tests of nothing, 5.2 % found something at one look, 1.2 % at any of twenty." in shown
    for words in ("Votes cast", "4,321", "24.2 %", "94.8 %", "0.2 % of the tests raised the alarm"):
        assert words in shown
    assert "more than promised" not in shown
    assert "Nobody was shown anything else than anybody" in shown


def test_a_metric_that_promises_too_much_is_named_on_its_night(page):
    night(19, fixed=share(40, low=0.06, high=0.11))
    night(20, fixed=share(26))
    assert "more than promised" in page(day="2026-11-19")


def test_before_the_first_night_it_says_so(page):
    assert "It has not run yet." in page()


def test_it_is_run_by_who_may_decide(admin, client_of, alice, django_capture_on_commit_callbacks):
    run = reverse("admin:experiments_calibration_run")
    with django_capture_on_commit_callbacks() as rung:
        assert client_of(admin).post(run).url == PAGE
    assert len(rung) == 1
    assert client_of(admin).get(run).status_code == 405
    assert client_of(alice).post(run).status_code in (302, 403, 404)
    assert "Run now" in client_of(admin).get(PAGE).content.decode()


def test_while_it_runs_it_says_since_when(page):
    cache.set(tasks.CALIBRATING, "2026-11-20T05:10:00+00:00", 60)
    shown = page()
    assert "Running since" in shown
    assert "Run now" not in shown
