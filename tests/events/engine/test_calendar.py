"""Periods computed by the engine in whole numbers, against zoneinfo."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.engine import reading
from events.engine.calendar import PERIODS, Calendar, first_day, number, starts_at
from events.record import epoch_us

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe")
FIRST, LAST = (epoch_us(datetime(year, 1, 1, tzinfo=UTC)) for year in (2009, 2027))


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.django_db
def test_an_instant_falls_into_the_period_of_its_local_date(name):
    zone = ZoneInfo(name)
    calendar = Calendar(zone, FIRST, LAST)
    edges = [until + step for until, _ in calendar.offsets[:-1] for step in (-1, 0, 1)]
    instants = [*range(FIRST, LAST, 7_777_777_777_777), *edges]
    with reading() as reader:
        table = reader.lend("instants", pa.table({"us": instants}))
        found = reader.records(table.mutate(**{period: calendar.period(table.us, period) for period in PERIODS}))
    assert len(found) == len(instants)
    for row in found:
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row["us"])).astimezone(zone).date()
        assert {period: number(local, period) for period in PERIODS} == {period: row[period] for period in PERIODS}


@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)), st.sampled_from(PERIODS), st.sampled_from(ZONES))
def test_a_day_lies_between_the_first_days_of_its_period_and_the_next(day, period, zone):
    at = number(day, period)
    assert first_day(at, period) <= day < first_day(at + 1, period)
    assert starts_at(at, period, ZoneInfo(zone)) < starts_at(at + 1, period, ZoneInfo(zone))


def test_weeks_start_on_mondays_and_months_on_the_first():
    assert first_day(number(date(2026, 11, 21), "week"), "week") == date(2026, 11, 16)
    assert first_day(number(date(2026, 11, 21), "month"), "month") == date(2026, 11, 1)


def test_a_day_whose_midnight_the_clock_jumps_over_starts_at_the_first_instant_after_it():
    # In São Paulo 2018-11-04 began at 01:00, when it was 03:00 UTC.
    assert starts_at(number(date(2018, 11, 4), "day"), "day", ZoneInfo("America/Sao_Paulo")) == datetime(
        2018, 11, 4, 3, tzinfo=UTC
    )
