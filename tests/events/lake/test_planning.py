"""Which files are merged, by hand-written manifests."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.lake.planning import DAY, MONTH, SEALED, Fact, Merge, plan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)


def fact(
    pk: int, level: int = SEALED, month: date = NOVEMBER, *, rows: int = 100, age: int = 0, stale: bool = False
) -> Fact:
    """A file of a hundred rows, made `age` days ago."""
    return Fact(pk, level, month, rows, NOW - timedelta(days=age), stale)


@pytest.mark.parametrize(
    ("facts", "merges"),
    [
        ([], []),
        ([fact(1)], []),
        ([fact(1), fact(2)], [Merge((1, 2), DAY, NOVEMBER)]),
        ([fact(1, DAY), fact(2)], [Merge((1, 2), DAY, NOVEMBER)]),  # made today
        ([fact(1, DAY, age=1), fact(2)], []),
        ([fact(1, DAY, age=1), fact(2), fact(3)], [Merge((2, 3), DAY, NOVEMBER)]),
        ([fact(1, DAY, age=1), fact(2, DAY, age=2)], []),  # the month is not over
        (
            [fact(1, DAY, OCTOBER, age=30), fact(2, DAY, OCTOBER, age=29)],
            [Merge((1, 2), MONTH, OCTOBER)],
        ),
        ([fact(1, SEALED, OCTOBER), fact(2)], []),
        ([fact(1, SEALED, OCTOBER), fact(2, DAY, OCTOBER), fact(3)], [Merge((1, 2), MONTH, OCTOBER)]),
    ],
)
def test_files_of_a_day_and_of_a_month_become_one(facts, merges):
    assert plan(facts, NOW) == merges


def test_a_month_is_over_three_days_after_it_ended():
    files = [fact(1, DAY, OCTOBER), fact(2, DAY, OCTOBER)]
    assert plan(files, datetime(2026, 11, 3, 23, tzinfo=UTC)) == []
    assert plan(files, datetime(2026, 11, 4, tzinfo=UTC)) == [Merge((1, 2), MONTH, OCTOBER)]


def test_what_comes_late_to_a_month_waits_until_it_is_worth_writing_the_month_anew():
    month = fact(1, MONTH, OCTOBER, rows=10_000, age=10)
    assert plan([month, fact(2, SEALED, OCTOBER, rows=500)], NOW) == []
    assert plan([month, fact(2, SEALED, OCTOBER, rows=250), fact(3, SEALED, OCTOBER, rows=250)], NOW) == [
        Merge((2, 3), DAY, OCTOBER)
    ]
    assert plan([month, fact(2, SEALED, OCTOBER, rows=501)], NOW) == [Merge((1, 2), MONTH, OCTOBER)]
    many = [fact(pk, DAY, OCTOBER, rows=1, age=pk) for pk in range(2, 34)]
    assert plan([month, *many], NOW) == [Merge(tuple(range(1, 34)), MONTH, OCTOBER)]


def test_a_file_with_a_visitor_who_became_a_member_is_written_anew_once_a_day():
    stale = fact(1, MONTH, OCTOBER, age=1, stale=True)
    assert plan([stale], NOW) == [Merge((1,), MONTH, OCTOBER)]
    assert plan([fact(1, MONTH, OCTOBER, stale=True)], NOW) == []
    assert plan([fact(1, DAY, age=1, stale=True), fact(2), fact(3)], NOW) == [
        Merge((2, 3), DAY, NOVEMBER),
        Merge((1,), DAY, NOVEMBER),
    ]
