"""Where things lie in a report's pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.report.drawing import Axis, Span, apart, common_axis, path, span

ends = st.tuples(st.floats(-5, 5), st.floats(0, 5)).map(lambda one: [one[0], one[0] + one[1]])


@given(st.lists(ends, min_size=1, max_size=8), ends)
def test_zero_and_the_whole_of_the_primary_are_on_the_axis(intervals, primary):
    axis = common_axis([*intervals, primary], start=6, length=288, whole=[primary])
    assert axis.holds(0)
    assert all(axis.holds(end) for end in primary)
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)
    assert 2 <= len(axis.ticks) <= 8


def test_one_wide_interval_does_not_squeeze_the_others():
    axis = common_axis([[-0.02, 0.02], [-0.01, 0.03], [-0.9, 1.4]], start=0, length=100)
    assert axis.high < 0.2
    wide = span(axis, [-0.9, 1.4])
    assert (wide.open_low, wide.open_high) == (True, True)


def test_an_interval_that_lies_beyond_the_axis_goes_on_to_its_side_only():
    axis = Axis(-0.2, 0.2, 0, 100)
    assert span(axis, [0.5, 0.9]) == Span(100, 100, open_low=False, open_high=True)
    assert span(axis, [-0.9, -0.5]) == Span(0, 0, open_low=True, open_high=False)


def test_nothing_told_is_an_axis_around_zero():
    axis = common_axis([None, [None, None]], start=0, length=100)
    assert axis.at(0) == pytest.approx(50)
    assert span(axis, [None, None]) is None


def test_ticks_are_round():
    assert [round(tick, 6) for tick in Axis(-0.11, 0.17, 0, 300).ticks] == [-0.1, -0.05, 0, 0.05, 0.1, 0.15]


def test_what_lies_beyond_is_drawn_at_the_end():
    assert [Axis(-1, 1, 0, 100).at(value) for value in (-3, -1, 0, 3)] == [0, 0, 50, 100]


def test_a_line_is_broken_where_there_is_no_point():
    assert path([(0, 1), (2, 3), None, (4, 5)]) == "M0 1 L2 3 M4 5"


@given(st.lists(st.floats(0, 200), max_size=6))
def test_labels_stand_apart_and_in_their_order(heights):
    moved = apart(heights, 15)
    told = sorted(moved)
    assert all(after - before >= 15 - 1e-9 for before, after in zip(told, told[1:], strict=False))
    assert all(new >= old for new, old in zip(moved, heights, strict=True))
