"""Reports are written for all experiments at once, and once more does no harm."""

import json
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from experiments.models import ArmDay, Report, ReportDay
from experiments.report.refreshing import reports
from experiments.running import stopping
from tests.experiments.report.building_data import START, build, drawn, experiment, fill, metric

pytestmark = pytest.mark.django_db

AS_OF = START + timedelta(days=12)


def filled(key, n=400, **fields):
    version = metric(f"kept-{key}")
    made = experiment(key, versions={version: "primary"}, **fields)
    units = drawn(n)
    units.y = {"kept": (np.random.default_rng(3).random(n) < 0.3).astype(np.int64)}
    fill(made, units, {"kept": version})
    return made


def test_a_report_and_its_day_are_stored_as_json_without_nan():
    made = filled("guide")
    assert reports([made.pk], AS_OF) == 1
    report, day = Report.objects.get(), ReportDay.objects.get()
    assert (report.experiment_id, report.as_of, report.verdict) == (made.pk, AS_OF, "collecting")
    assert report.body == json.loads(json.dumps(build(made.pk, AS_OF), allow_nan=False))
    assert (day.day, day.as_of, day.rows["verdict"]) == (AS_OF.date(), AS_OF, "collecting")


def test_a_day_is_overwritten_until_it_is_over_and_then_kept():
    made = filled("guide")
    for hours in (0, 5, 24):
        reports([made.pk], AS_OF + timedelta(hours=hours))
    assert Report.objects.get().as_of == AS_OF + timedelta(hours=24)
    assert [day.as_of for day in made.days.all()] == [AS_OF + timedelta(hours=5), AS_OF + timedelta(hours=24)]


def test_an_older_report_takes_the_place_of_no_newer_one():
    made = filled("guide")
    for hours in (5, 4):
        reports([made.pk], AS_OF + timedelta(hours=hours))
    newer = AS_OF + timedelta(hours=5)
    assert (Report.objects.get().as_of, made.days.get().as_of) == (newer, newer)


def test_a_draft_has_no_report(db):
    made = filled("guide")
    made.phases.all().delete()
    assert reports([made.pk], AS_OF) == 0
    assert build(made.pk) is None


@pytest.mark.slow
def test_many_reports_take_as_many_queries_as_one(django_assert_num_queries):
    many = [filled(f"guide-{n}", n=60).pk for n in range(12)]
    with django_assert_num_queries(13):
        reports(many[:1], AS_OF)
    with django_assert_num_queries(13):
        reports(many, AS_OF)


def test_numbers_beyond_reckoning_take_no_other_report_along():
    broken, sound = filled("broken"), filled("sound")
    broken.phases.update(weights=[0, 0])  # of which no start makes one
    assert reports([broken.pk, sound.pk], AS_OF) == 1
    assert Report.objects.get().experiment == sound


def test_only_days_whose_windows_have_closed_are_matured():
    made = filled("guide", n=2000)  # a window of a day, units of ten days
    body = build(made.pk, START + timedelta(days=6, hours=3))
    counted = sum(row.n for row in ArmDay.objects.filter(day__lt=(START + timedelta(days=5)).date()))
    assert body["outlook"]["matured"] == counted
    assert body["health"]["maturity"]["matured"] < body["health"]["maturity"]["units"]


def test_a_day_of_the_sites_zone_matures_when_it_is_over_there(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    made = filled("guide", n=2000)
    with timezone.override("Asia/Shanghai"):
        body = build(made.pk, START + timedelta(days=1, hours=15))  # 23:00 of the day after the first
        assert body["outlook"]["matured"] == 0
        body = build(made.pk, START + timedelta(days=1, hours=16))
    first = sum(row.n for row in ArmDay.objects.filter(day=START.date()))
    assert body["outlook"]["matured"] == first


@pytest.mark.parametrize(("until", "reason"), [(timedelta(hours=-1), "few_units"), (timedelta(), "stopped_short")])
def test_what_was_stopped_at_three_is_read_to_its_last_day(until, reason):
    made = filled("guide", n=400, planned_units=9000)  # of ten days; a window of a day
    stopped = START + timedelta(days=9, hours=15)
    made.phases.update(ended_at=stopped)
    body = build(made.pk, stopping.measured_until(made, stopped) + until)
    assert [one["code"] for one in body["verdict"]["reasons"]] == [reason]
    assert (body["outlook"]["matured"] == 400) == (reason == "stopped_short")


def test_days_count_once_their_windows_have_closed():
    made = filled("guide", n=2000, planned_units=100)
    days = [build(made.pk, START + timedelta(days=n, hours=3))["outlook"]["full_days"] for n in (1, 7, 8, 9)]
    assert days == [0, 6, 7, 8]


def test_a_restart_is_read_from_its_new_phase_on():
    made = filled("guide")
    made.phases.update(ended_at=START + timedelta(days=11))
    made.phases.create(number=2, weights=[1, 1], started_at=START + timedelta(days=11))
    body = build(made.pk, AS_OF)
    assert (body["phase"]["number"], body["outlook"]["exposed"], body["verdict"]["kind"]) == (2, 0, "collecting")
