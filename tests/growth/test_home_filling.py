"""The weekly numbers against a second computation in plain Python, and what a rerun makes of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from community.forum import removing
from events.lake import background, checks, cooling, lock
from events.models import Event, Seal
from events.record import record
from growth.home import filling
from growth.home.metrics import METRICS
from growth.home.models import WeeklyNumber
from tests import builders
from tests.events.lake.holding import seal
from tests.growth import community
from tests.growth.oracle import Found, Oracle

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)  # a Wednesday
MONDAY = date(2026, 11, 16)


def found() -> Found:
    return {
        (n.metric, n.week): (n.value if n.value is None else round(n.value, 6), n.numerator, n.denominator, n.complete)
        for n in WeeklyNumber.objects.all()
    }


def number(metric: str, week: date) -> WeeklyNumber:
    return WeeklyNumber.objects.get(metric=metric, week=week)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_every_number_of_every_week_is_what_plain_python_finds(settings, zone):
    settings.TIME_ZONE = zone  # New York leaves summer time on 1 November
    community.draw(7, until=NOW + timedelta(days=2))
    filling.fill(NOW)
    wanted = Oracle(NOW, zone).compute()
    assert set(wanted) == {(metric, week) for metric in METRICS for week in {week for _metric, week in wanted}}
    assert len(wanted) >= 12 * len(METRICS)
    assert found() == wanted


@pytest.mark.django_db(transaction=True)
def test_numbers_stay_when_events_are_left_to_the_lake(settings, tmp_path):
    settings.LAKE_URL = str(tmp_path)
    settings.TIME_ZONE = "America/New_York"
    community.draw(3, until=NOW, topics=20)
    filling.fill(NOW)
    before = found()
    seal(background.seal)
    with lock.holding():
        cooling.leave(Seal.objects.end(), checks.of_table("true"))
    assert not Event.objects.exists()
    filling.fill(NOW)
    assert found() == before


def test_a_rerun_changes_nothing_and_mends_what_was_broken():
    community.draw(1, until=NOW, topics=20)
    filling.fill(NOW)
    first = found()
    WeeklyNumber.objects.filter(metric="topics").update(value=99, complete=True)
    WeeklyNumber.objects.filter(metric="answers").delete()
    WeeklyNumber.objects.create(
        metric="of_old", week=MONDAY, value=1, numerator=1, complete=True, computed_at=NOW - timedelta(hours=1)
    )
    assert filling.fill(NOW + timedelta(microseconds=1)) == len(first)
    assert found() == first


def test_on_an_empty_site_there_is_nothing_to_compute():
    assert filling.fill(NOW) == 0


def test_a_week_without_anything_has_zeros_and_no_shares(alice):
    WeeklyNumber.objects.all().delete()
    record("signed_up", unit=alice.pk, at=NOW - timedelta(weeks=3))
    filling.fill(NOW)
    week = MONDAY - timedelta(weeks=2)
    assert [number(metric, week).value for metric in ("members", "new_members", "topics")] == [1, 0, 0]
    share = number("unanswered", week)
    assert (share.value, share.numerator, share.denominator) == (None, 0, 0)


def test_a_week_and_its_window_are_complete_to_the_second(alice):
    builders.question(alice, at=NOW - timedelta(weeks=2))
    last = MONDAY - timedelta(weeks=1)
    midnight = datetime(2026, 11, 16, tzinfo=UTC)
    for after, complete in (
        (timedelta(microseconds=-1), (False, False, False)),
        (timedelta(0), (True, False, False)),
        (timedelta(days=1), (True, True, False)),
        (timedelta(days=7), (True, True, True)),
    ):
        filling.fill(midnight + after)
        metrics = ("topics", "answered_in_a_day", "first_answer_median")
        assert tuple(number(metric, last).complete for metric in metrics) == complete


def test_an_answer_by_oneself_is_an_answer_but_no_help(alice, bob):
    asked = NOW - timedelta(weeks=3)
    question = builders.question(alice, at=asked)
    builders.answer(question, alice, at=asked + timedelta(hours=1))
    filling.fill(NOW)
    week = MONDAY - timedelta(weeks=3)
    assert (number("unanswered", week).value, number("answered_in_a_week", week).value) == (0, 0)
    builders.answer(question, bob, at=asked + timedelta(hours=5))
    filling.fill(NOW)
    assert number("first_answer_median", week).value == pytest.approx(5)


def test_what_is_deleted_is_gone_from_its_week_and_comes_back(alice, mod):
    question = builders.question(alice, at=NOW - timedelta(weeks=3))
    week = MONDAY - timedelta(weeks=3)
    counts = []
    for step in (None, removing.delete, removing.restore):
        if step:
            step(question, by=mod)
            question.refresh_from_db()
        filling.fill(NOW)
        counts.append(number("topics", week).value)
    assert counts == [1, 0, 1]


def test_staff_and_visitors_are_not_counted(alice, admin):
    at = NOW - timedelta(weeks=3)
    for unit in (alice.pk, admin.pk, -5):
        record("bookmarked", unit=unit, at=at)
    builders.question(admin, at=at)
    filling.fill(NOW)
    week = MONDAY - timedelta(weeks=3)
    assert [number(metric, week).value for metric in ("active_members", "topics")] == [1, 0]


def test_the_database_keeps_one_number_per_metric_and_monday():
    row = {"metric": "topics", "value": 1, "numerator": 1, "complete": True, "computed_at": NOW}
    WeeklyNumber.objects.create(week=MONDAY, **row)
    for week in (MONDAY, MONDAY + timedelta(days=1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            WeeklyNumber.objects.create(week=week, **row)


def test_twice_in_one_connection_leaves_no_table_behind(alice):
    filling.fill(NOW)
    filling.fill(NOW)
    assert not [name for name in connection.introspection.table_names() if name in ("home_week", "home_question")]


def test_every_metric_is_defined_in_the_docs(settings):
    text = (settings.ROOT / "docs" / "metrics.md").read_text()
    assert [key for key in METRICS if f"| `{key}` |" not in text] == []
