"""How long ago something was, and whose initial stands beside it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from community.members.models import Member
from community.members.templatetags.bylines import ago, avatar

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(time_machine) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(seconds=-5), "just now"),  # a clock ahead of ours
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(hours=24), "1 d"),
        (timedelta(days=29, hours=23), "29 d"),
        (timedelta(days=30), "January 30"),
        (timedelta(days=59, hours=12), "January 1"),
        (timedelta(days=61), "Dec. 30, 2025"),
    ],
)
def test_how_long_ago_grows_from_minutes_to_a_date(since, words):
    assert f">{words}<" in ago(NOW - since)


def test_the_exact_moment_is_told_in_the_readers_time_zone():
    with timezone.override("Asia/Shanghai"):
        there = ago(NOW)
    assert 'datetime="2026-03-01T12:00:00+00:00" title="2026-03-01 20:00 CST"' in there
    assert 'title="2026-03-01 12:00 UTC"' in ago(NOW)


def test_each_language_has_its_words():
    assert ">5 min<" in ago(NOW - timedelta(minutes=5))
    with override("zh-hans"):
        assert ">5 分钟前<" in ago(NOW - timedelta(minutes=5))


def test_a_date_is_given_its_year_once_the_year_is_over(time_machine):
    at = NOW - timedelta(days=40)
    assert ">January 20<" in ago(at)
    time_machine.move_to(NOW + timedelta(days=365), tick=False)
    assert ">Jan. 20, 2026<" in ago(at)


def test_an_initial_is_escaped_and_coloured_by_the_member():
    assert avatar(Member(pk=13, username="x", display_name="<b>")).endswith('c3" aria-hidden="true">&lt;</span>')
    assert "c3" not in avatar(Member(pk=14, username="x", display_name="<b>"))
