"""The last full week beside those before it."""

from datetime import date, timedelta

import pytest

from growth.home.comparing import Number, change, compare
from growth.home.metrics import Unit
from growth.home.wording import difference, of_number, shown

COUNT, SHARE, HOURS = Unit.COUNT, Unit.SHARE, Unit.HOURS


def numbers(*given: tuple[float | None, int, int | None], running: int = 1) -> list[Number]:
    """Weeks in order; the last `running` ones are not over."""
    return [
        Number(date(2026, 1, 5) + timedelta(weeks=n), *one, complete=n < len(given) - running)
        for n, one in enumerate(given)
    ]


def counts(*given: int, running: int = 1) -> list[Number]:
    return numbers(*((n, n, None) for n in given), running=running)


def test_the_running_week_enters_neither_figure():
    found = compare(counts(1, 10, 20, 30, 40, 60, 999), COUNT)
    assert (found.last.value, found.before, found.mean) == (60, 40, 25)


def test_there_is_no_mean_of_fewer_than_four_weeks_and_no_comparison_before_a_week_is_over():
    found = compare(counts(10, 20, 30, 40, 999), COUNT)
    assert (found.before, found.mean) == (30, None)
    assert compare(counts(10), COUNT) is None
    assert compare(counts(10, 99), COUNT).before is None


def test_a_mean_of_shares_is_pooled():
    found = compare(numbers((1.0, 1, 1), (0.0, 0, 9), (None, 0, 0), (0.5, 5, 10), (0.2, 1, 5), running=0), SHARE)
    assert found.mean == pytest.approx(6 / 20)


def test_a_mean_of_medians_weighs_by_questions_and_is_not_made_up():
    weeks = [(2.0, 3, 10), (4.0, 3, 30), (4.0, 3, 30), (4.0, 3, 30), (9.0, 1, 1)]
    assert compare(numbers(*weeks, running=0), HOURS).mean == pytest.approx(3.8)
    weeks[1] = (None, 3, 30)
    assert compare(numbers(*weeks, running=0), HOURS).mean is None


def test_counts_change_by_a_fraction_and_shares_by_points():
    assert change(15, 12, COUNT) == pytest.approx(0.25)
    assert change(0.5, 0.2, SHARE) == pytest.approx(0.3)
    assert change(5, 0, COUNT) is None
    assert change(None, 5, HOURS) is None


def test_numbers_are_shown_with_the_digits_they_bear():
    assert [shown(3460, COUNT), shown(48.5, COUNT), shown(0.204, SHARE), shown(3.44, HOURS), shown(123.4, HOURS)] == [
        *("3,460", "48.5", "20 %", "3.4 h", "123 h")
    ]
    assert shown(None, SHARE) == "–"
    assert [difference(15, 12, COUNT), difference(0.2, 0.3, SHARE), difference(5, 5, COUNT)] == [
        *("+25 %", "−10 points", "±0 %")
    ]
    assert difference(5, None, COUNT) == ""


def test_a_median_that_was_not_reached_is_said_so():
    missed, empty = numbers((None, 1, 5), (None, 0, 0), running=0)
    assert (of_number(missed, HOURS), of_number(empty, HOURS), of_number(empty, SHARE)) == ("over 7 days", "–", "–")


def test_numbers_are_rounded_and_not_cut():
    assert [shown(0.5699, SHARE), shown(3.77, HOURS), shown(2.96, COUNT)] == ["57 %", "3.8 h", "3.0"]
