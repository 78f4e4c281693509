"""Clocks on walls against instants: where they go forward, back, and around the world."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.campaigns.planning import clocks

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in sorted(available_timezones())]
walls = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1))  # noqa: DTZ001 - what clocks show


def wall(*parts: int) -> datetime:
    return datetime(*parts)  # noqa: DTZ001 - what clocks show


def test_a_time_that_clocks_skip_is_read_by_the_offset_before():
    assert clocks.instant(wall(2026, 3, 8, 2, 30), NEW_YORK) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert clocks.instant(wall(2026, 3, 29, 2, 30), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_of_a_time_that_comes_twice_the_first_counts():
    assert clocks.instant(wall(2026, 11, 1, 1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert clocks.instant(wall(2026, 10, 25, 2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(walls, st.sampled_from(ZONES))
def test_an_instant_shows_the_time_it_was_asked_for_unless_clocks_skip_it(at, zone):
    found = clocks.instant(at, zone)
    shown = found.astimezone(zone).replace(tzinfo=None)
    assert found == at.replace(tzinfo=zone, fold=0)
    if shown != at:  # skipped: shown later, by as much as clocks went forward
        assert shown > at
        assert (found - timedelta(seconds=1)).astimezone(zone).utcoffset() is not None


@given(walls, st.sampled_from(ZONES), st.times())
def test_the_upcoming_time_is_not_past_and_within_two_days(since, zone, at):
    moment = since.replace(tzinfo=UTC)
    found = clocks.upcoming(at, zone, moment)
    assert moment <= found <= moment + timedelta(hours=49)


def test_nobody_has_a_day_before_the_clocks_that_go_first():
    at = wall(2026, 6, 1, 9)
    firsts = [clocks.instant(at, zone) for zone in ZONES]
    assert min(firsts) == at.replace(tzinfo=UTC) - clocks.EARLIEST


@pytest.mark.parametrize(
    ("late", "hour", "day"),
    [(timedelta(minutes=59), 9, 1), (timedelta(minutes=61), 9, 2), (timedelta(minutes=-30), 9, 1)],
)
def test_who_is_late_by_less_than_an_hour_is_due_at_once_others_the_next_day(late, hour, day):
    due = datetime(2026, 6, 1, 7, tzinfo=UTC)  # nine in Berlin
    now = due + late
    found = clocks.personal(wall(2026, 6, 1, hour), BERLIN, now=now, wait=True)
    assert found == (now if timedelta() <= late < timedelta(hours=1) else due + timedelta(days=day - 1))
    assert clocks.personal(wall(2026, 6, 1, hour), BERLIN, now=now, wait=False) == max(now, due)


def test_repetitions_keep_the_clock_over_a_change_of_the_clocks():
    start = wall(2026, 3, 27, 9)
    at = [clocks.instant(clocks.nth(start, "daily", n), BERLIN).hour for n in range(4)]
    assert at == [8, 8, 7, 7]


def test_the_thirty_first_is_the_last_of_a_shorter_month_and_comes_back():
    start = wall(2026, 1, 31, 9)
    assert [clocks.nth(start, "monthly", n).day for n in range(5)] == [31, 28, 31, 30, 31]
    assert clocks.nth(start, "monthly", 13) == wall(2027, 2, 28, 9)


repeats = st.sampled_from(["daily", "weekly", "monthly"])


@given(walls, repeats, st.integers(0, 40), st.timedeltas(timedelta(0), timedelta(days=900)))
def test_the_following_repetition_is_the_next_or_of_missed_ones_the_last(start, repeat, last, gone):
    """By looking at them one after another."""
    after = clocks.nth(start, repeat, last)
    now = after + gone
    later = [clocks.nth(start, repeat, n) for n in range(last + 1, last + 950)]
    missed = [one for one in later if one <= now]
    assert clocks.following(start, repeat, after=after, now=now) == (missed[-1] if missed else later[0])


def test_upcoming_is_today_where_it_is_to_come():
    since = datetime(2026, 6, 1, 6, tzinfo=UTC)
    assert clocks.upcoming(time(9), BERLIN, since) == datetime(2026, 6, 1, 7, tzinfo=UTC)
    assert clocks.upcoming(time(7), BERLIN, since) == datetime(2026, 6, 2, 5, tzinfo=UTC)
