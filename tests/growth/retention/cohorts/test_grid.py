"""Cells out of counts: laws that hold whatever the counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.retention.cohorts.grid import COMPLETE, FUTURE, Grid, brackets, each, on_or_after, overall, rows, span

COHORTS = st.integers(-5, 5)
SIZES = st.dictionaries(COHORTS, st.integers(1, 50), max_size=6)
AS_OF = st.integers(-80, 200)
ROLLING = st.sampled_from([0, 7])


def grid(as_of: int, rolling: int = 0, periods: int = 4) -> Grid:
    return Grid(each(periods), lambda period: period * 10, as_of, rolling)


@given(COHORTS, st.integers(0, 3), AS_OF, ROLLING)
def test_a_cell_that_is_over_stays_so_and_those_before_it_are_over(cohort, k, as_of, rolling):
    now, later = grid(as_of, rolling), grid(as_of + 13, rolling)
    if now.state(cohort, k) == COMPLETE:
        assert later.state(cohort, k) == now.state(cohort - 1, k) == COMPLETE
        assert k == 0 or now.state(cohort, k - 1) == COMPLETE
    if later.state(cohort, k) == FUTURE:
        assert now.state(cohort, k) == now.state(cohort + 1, k) == FUTURE


@given(SIZES, st.data(), AS_OF, ROLLING)
def test_the_overall_row_is_the_mean_of_complete_cells_by_size(sizes, data, as_of, rolling):
    cells = st.dictionaries(st.tuples(COHORTS, st.integers(0, 3)), st.integers(0, 50), max_size=12)
    table = rows(grid(as_of, rolling), span(sizes), sizes, data.draw(cells))
    for total in overall(grid(as_of, rolling), table):
        column = [row[total.k] for row in table.values()]
        entering = [cell for cell in column if cell.state == COMPLETE and cell.size]
        assert total.cohorts == len(entering)
        if entering:
            weighed = sum(cell.value * cell.size for cell in entering)
            assert total.value == pytest.approx(weighed / sum(cell.size for cell in entering))
        else:
            assert (total.value, total.count, total.size) == (None, 0, 0)


@given(st.dictionaries(st.tuples(COHORTS, st.integers(0, 9)), st.integers(1, 50)), st.integers(1, 5))
def test_whoever_came_back_last_in_a_period_counts_in_it_and_in_all_before(last, periods):
    found = on_or_after(last, periods)
    for cohort in {cohort for cohort, _k in last}:
        for k in range(periods):
            assert found[cohort, k] == sum(n for (one, at), n in last.items() if one == cohort and at >= k)


def test_a_future_cell_has_neither_value_nor_count_and_an_empty_cohort_no_value():
    table = rows(grid(as_of=15), range(0, 2), {0: 4}, {(0, 0): 1})
    assert [(cell.value, cell.count, cell.state) for cell in table[0]] == [
        (0.25, 1, "complete"),
        (0.0, 0, "partial"),
        (None, None, "future"),
        (None, None, "future"),
    ]
    assert [(cell.value, cell.count) for cell in table[1][:2]] == [(None, 0), (None, None)]


def test_brackets_are_read_as_they_are_written():
    assert brackets("0,1-3,4-7") == [(0, 0), (1, 3), (4, 7)]
    for wrong in ("", "3-1", "1-2-3", "a", "-1", "1,,2"):
        with pytest.raises(ValueError, match="."):
            brackets(wrong)
