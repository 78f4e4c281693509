from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from community.points import periods
from community.points.sparkline import HEIGHT, MONTHS, WIDTH, axis, lines

TODAY = date(2026, 11, 18)


def test_a_week_is_drawn_by_day_up_to_today_and_never_less_than_seven():
    monday = periods.around("week", date(2026, 11, 16))
    assert axis(monday, date(2026, 11, 16)).buckets == tuple(date(2026, 11, 10) + timedelta(days=n) for n in range(7))
    assert axis(periods.around("month", TODAY), TODAY).buckets[0] == date(2026, 11, 1)


def test_a_year_and_all_time_are_drawn_by_month():
    for name in ("year", "all"):
        found = axis(periods.around(name, TODAY), TODAY)
        assert (found.buckets[0], found.buckets[-1], len(found.buckets)) == (
            date(2025, 12, 1),
            date(2026, 11, 1),
            MONTHS,
        )


def test_points_rise_from_the_ground_to_the_highest_day():
    week = axis(periods.around("week", TODAY), TODAY)
    drawn = lines(week, {1: {TODAY: 10, TODAY - timedelta(days=3): 5, TODAY - timedelta(days=1): -4}}, [1, 2])

    assert drawn[1] == "0,22 16,22 32,22 48,12 64,22 80,22 96,2"
    assert drawn[2] == "0,22 16,22 32,22 48,22 64,22 80,22 96,22"


@given(st.lists(st.integers(-500, 10_000), min_size=7, max_size=7))
def test_a_line_stays_within_its_box(values):
    week = axis(periods.around("week", TODAY), TODAY)
    line = lines(week, {1: dict(zip(week.buckets, values, strict=True))}, [1])[1]

    for x, y in (point.split(",") for point in line.split()):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= int(y) <= HEIGHT
