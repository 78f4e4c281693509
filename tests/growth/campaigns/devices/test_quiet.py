"""Quiet hours by members' own clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.campaigns.devices import quiet
from growth.campaigns.devices.quiet import Hours
from growth.campaigns.models import QuietHours

BERLIN, SHANGHAI, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def at(zone, *parts, fold=0):
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (at(BERLIN, 2026, 6, 1, 21, 59), None),
        (at(BERLIN, 2026, 6, 1, 22, 0), at(BERLIN, 2026, 6, 2, 8, 0)),
        (at(BERLIN, 2026, 6, 2, 3, 0), at(BERLIN, 2026, 6, 2, 8, 0)),
        (at(BERLIN, 2026, 6, 2, 7, 59), at(BERLIN, 2026, 6, 2, 8, 0)),
        (at(BERLIN, 2026, 6, 2, 8, 0), None),
        (at(BERLIN, 2026, 3, 28, 23, 0), at(BERLIN, 2026, 3, 29, 8, 0)),  # nine hours: the clocks go forward
        (at(BERLIN, 2026, 10, 24, 22, 0), at(BERLIN, 2026, 10, 25, 8, 0)),  # eleven: they go back
    ],
)
def test_a_night_ends_in_the_morning_of_the_members_clock(now, end):
    assert Hours(time(22), time(8), BERLIN).end(now) == end


def test_a_night_over_a_change_of_clocks_is_as_long_as_it_is():
    night = Hours(time(22), time(8), BERLIN)
    lengths = [night.end(begin) - begin for begin in (at(BERLIN, 2026, 3, 28, 22), at(BERLIN, 2026, 10, 24, 22))]
    assert lengths == [timedelta(hours=9), timedelta(hours=11)]


def test_an_end_that_clocks_skip_comes_an_hour_later_and_one_they_show_twice_comes_next():
    assert Hours(time(22), time(2, 30), BERLIN).end(at(BERLIN, 2026, 3, 29, 1)) == at(BERLIN, 2026, 3, 29, 3, 30)
    twice = Hours(time(22), time(2, 30), BERLIN)
    assert twice.end(at(BERLIN, 2026, 10, 25, 2, 15)) == at(BERLIN, 2026, 10, 25, 2, 30)
    assert twice.end(at(BERLIN, 2026, 10, 25, 2, 15, fold=1)) == at(BERLIN, 2026, 10, 25, 2, 30, fold=1)


def test_hours_of_one_day_and_none_at_all():
    noon = Hours(time(12), time(14), SHANGHAI)
    assert noon.end(at(SHANGHAI, 2026, 1, 1, 13)) == at(SHANGHAI, 2026, 1, 1, 14)
    assert noon.end(at(SHANGHAI, 2026, 1, 1, 14)) is None
    assert not any(Hours(time(9), time(9), SHANGHAI).hold(at(SHANGHAI, 2026, 1, 1, hour)) for hour in range(24))


@given(st.times(), st.times(), st.sampled_from([BERLIN, SHANGHAI, NEW_YORK]), st.integers(0, 315_000_000))
def test_an_end_is_to_come_and_within_a_day(since, until, zone, seconds):
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    hours = Hours(since, until, zone)
    end = hours.end(now)
    assert (end is not None) == hours.hold(now)
    if end is not None:
        assert now < end <= now + timedelta(hours=25)


def test_a_members_own_hours_come_before_the_sites(alice, bob, django_assert_num_queries):
    alice.time_zone = "Asia/Shanghai"
    alice.save()
    quiet.keep(alice, since=time(13), until=time(14, 30))
    with django_assert_num_queries(2):
        found = quiet.hours([alice.pk, bob.pk])
    assert found[alice.pk] == Hours(time(13), time(14, 30), SHANGHAI)
    assert found[bob.pk] == Hours(time(22), time(8), ZoneInfo("UTC"))
    quiet.keep_the_sites(alice)
    assert quiet.hours([alice.pk])[alice.pk] == Hours(time(22), time(8), SHANGHAI)


def test_a_site_without_quiet_hours_is_never_quiet(alice):
    QuietHours.objects.all().delete()
    assert not quiet.hours([alice.pk])[alice.pk].hold(at(BERLIN, 2026, 1, 1, 3))
