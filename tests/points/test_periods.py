from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.points import periods

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("day", date(2028, 2, 29), date(2028, 2, 29)),
        ("week", date(2028, 2, 28), date(2028, 3, 5)),
        ("month", date(2028, 2, 1), date(2028, 2, 29)),
        ("year", date(2028, 1, 1), date(2028, 12, 31)),
        ("all", date.min, date.max),
    ],
)
def test_the_periods_around_a_leap_day(name, start, end):
    period = periods.around(name, date(2028, 2, 29))

    assert (period.start, period.end) == (start, end)


@given(days, st.sampled_from(["day", "week", "month", "year"]))
def test_a_period_holds_its_day_and_the_next_begins_where_it_ends(day, name):
    period = periods.around(name, day)

    assert period.start <= day <= period.end
    assert periods.around(name, period.end + periods.DAY).start == period.end + periods.DAY


@given(days, st.sampled_from(["day", "week", "month", "year"]))
def test_yesterdays_board_ends_yesterday_in_the_period_of_yesterday(day, name):
    before = periods.until_yesterday(name, day)

    assert before.end == day - periods.DAY
    assert before.start == periods.around(name, before.end).start


def test_the_sites_day_is_not_the_readers(settings):
    settings.TIME_ZONE = "America/New_York"
    assert periods.site_day(datetime(2026, 7, 1, 3, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert periods.site_day(datetime(2026, 7, 1, 4, 0, tzinfo=UTC)) == date(2026, 7, 1)
    assert periods.midnight(date(2026, 7, 1)) == datetime(2026, 7, 1, 4, tzinfo=UTC)
