from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.forum.curve import HEIGHT, WIDTH, curve, nice

DAY = date(2026, 1, 1)


@pytest.mark.parametrize(("value", "top"), [(0, 10), (10, 10), (11, 20), (51, 100), (999, 1000), (1001, 2000)])
def test_the_upper_edge_is_a_round_number_not_below_the_greatest(value, top):
    assert nice(value) == top


def test_a_member_without_points_has_a_flat_line_at_one():
    drawn = curve([], start=1, first=DAY, last=DAY)
    assert drawn.line == f"M0 {HEIGHT - HEIGHT // 10}H{WIDTH}"
    assert drawn.rows == [(DAY, 1)]


def test_the_line_steps_where_points_come_and_never_goes_below_the_floor():
    drawn = curve([(date(2026, 1, 11), 9), (date(2026, 1, 21), -30)], start=1, first=DAY, last=date(2026, 1, 31))
    assert drawn.top == 10
    assert drawn.line == "M0 126H213V0H427V126H640"
    assert drawn.rows == [(DAY, 1)]


def test_rows_are_the_balances_at_the_end_of_each_month_or_year():
    days = [(date(2026, 1, 2), 5), (date(2026, 1, 30), 5), (date(2026, 3, 1), 10)]
    drawn = curve(days, start=1, first=DAY, last=date(2026, 4, 2))
    assert drawn.rows == [(DAY, 11), (date(2026, 3, 1), 21), (date(2026, 4, 1), 21)]
    assert curve(days, start=1, first=DAY, last=date(2030, 1, 1)).rows == [(DAY, 21), (date(2030, 1, 1), 21)]


def test_points_dated_before_the_member_joined_are_drawn_all_the_same():
    assert curve([(date(2020, 5, 5), 5)], start=1, first=DAY, last=DAY).first == date(2020, 5, 5)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(-50, 200)), max_size=60), st.integers(0, 4000))
def test_the_line_stays_in_its_box_and_ends_at_the_balance(changes, length):
    days = sorted((DAY + timedelta(days=day), change) for day, change in changes)
    drawn = curve(days, start=1, first=DAY, last=DAY + timedelta(days=length))
    heights = [int(part.partition("V")[2]) for part in drawn.line.split("H")[1:-1]]
    assert all(0 <= height <= HEIGHT for height in heights)
    total = max(1, 1 + sum(change for _day, change in days))
    assert drawn.rows[-1][1] == total
    assert drawn.line.endswith(f"H{WIDTH}")
    assert len(drawn.line) < 12 * (WIDTH + 2)
