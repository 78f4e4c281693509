"""Cohorts of small histories with known answers."""

import pytest

from tests.growth.retention.cohorts.asking import counts, members, retention, states, told


def test_a_return_falls_into_the_period_of_its_local_day_and_a_member_counts_once():
    history = told(
        "1 signed_up 2026-03-02T10:00",
        "1 answer_posted 2026-03-03T09:00",
        "1 answer_posted 2026-03-03T23:59:59.999999",
        "2 signed_up 2026-03-02T11:00",
        "2 comment_posted 2026-03-04T00:00",
    )
    result = retention(history)
    assert counts(result) == {"2026-03-02": [2, 0, 1, 1]}
    assert result["overall"][1] == {"k": 1, "value": 0.5, "count": 1, "size": 2, "cohorts": 1}


def test_the_start_is_no_return_and_the_same_moment_counts_by_id():
    history = told(
        "1 answer_posted 2026-03-02T10:00",
        "2 comment_posted 2026-03-02T10:00",
        "2 answer_posted 2026-03-02T10:00",
        "3 answer_posted 2026-03-02T10:00",
        "3 comment_posted 2026-03-02T10:00",
        "3 answer_posted 2026-03-02T10:00",
    )
    assert counts(retention(history, start="answer_posted", back="answer_posted")) == {"2026-03-02": [3, 1, 0, 0]}
    assert counts(retention(history, start="answer_posted", back="comment_posted")) == {"2026-03-02": [3, 1, 0, 0]}
    assert members(history, {"cohort": "2026-03-02", "k": 0}, start="answer_posted", back="comment_posted") == [3]


def test_ids_that_do_not_follow_time_break_ties_only():
    history = told("1 answer_posted 2026-03-02T11:00", "1 signed_up 2026-03-02T10:00")
    assert counts(retention(history)) == {"2026-03-02": [1, 1, 0, 0]}


def test_a_return_at_a_boundary_belongs_to_the_later_period():
    history = told("1 signed_up 2026-03-02T10:00", "1 vote_cast 2026-03-09T00:00", "2 signed_up 2026-03-08T23:59:59")
    assert counts(retention(history, period="week")) == {"2026-03-02": [2, 0, 1, 0]}


def test_cohorts_without_members_stand_between_those_with_some():
    history = told("1 signed_up 2026-03-02T10:00", "2 signed_up 2026-03-04T10:00", "2 vote_cast 2026-03-05T10:00")
    result = retention(history, as_of="2026-03-05T12:00")
    assert counts(result) == {"2026-03-02": [1, 0, 0, 0], "2026-03-03": [0, 0, 0, 0], "2026-03-04": [1, 0, 1, None]}
    assert [cell["value"] for cell in result["rows"][1]["cells"]] == [None, None, None]
    assert states(result, 1) == ["complete", "complete", "partial"]
    assert states(result, 2) == ["complete", "partial", "future"]
    assert [(total["count"], total["size"], total["cohorts"]) for total in result["overall"]] == [
        (0, 2, 2),
        (0, 1, 1),
        (0, 1, 1),
    ]


def test_no_start_gives_no_rows_and_no_shares():
    result = retention(told("1 vote_cast 2026-03-02T10:00"))
    assert result["rows"] == []
    assert result["overall"][2] == {"k": 2, "value": None, "count": 0, "size": 0, "cohorts": 0}
    assert retention([])["rows"] == []


TWICE = told(
    "1 topic_started 2026-03-02T10:00",
    "1 topic_started 2026-03-04T10:00",
    "1 vote_cast 2026-03-04T11:00",
    "1 vote_cast 2026-03-05T11:00",
)


@pytest.mark.parametrize(
    ("mode", "since", "found"),
    [
        ("first_time", "", {"2026-03-02": [1, 0, 0, 1]}),
        ("first_time", "2026-03-03", {"2026-03-04": [1, 1, 1, 0]}),
        ("first_ever", "", {"2026-03-02": [1, 0, 0, 1]}),
        ("first_ever", "2026-03-03", {}),
        ("recurring", "", {"2026-03-02": [1, 0, 0, 1], "2026-03-03": [0, 0, 0, 0], "2026-03-04": [1, 1, 1, 0]}),
        ("recurring", "2026-03-03", {"2026-03-04": [1, 1, 1, 0]}),
    ],
)
def test_the_mode_says_which_starts_count(mode, since, found):
    assert counts(retention(TWICE, start="topic_started", back="vote_cast", mode=mode, since=since)) == found


def test_until_bounds_the_starts_and_not_the_returns():
    history = told("1 signed_up 2026-03-02T10:00", "1 vote_cast 2026-03-03T10:00", "2 signed_up 2026-03-03T00:00")
    assert counts(retention(history, until="2026-03-03")) == {"2026-03-02": [1, 0, 1, 0]}


def test_on_or_after_counts_whoever_came_back_then_or_later_even_beyond_the_last_period():
    history = told(
        "1 signed_up 2026-03-02T10:00",
        "1 vote_cast 2026-03-09T10:00",
        "2 signed_up 2026-03-02T10:00",
        "2 vote_cast 2026-03-03T10:00",
        "3 vote_cast 2026-03-02T09:00",
        "3 signed_up 2026-03-02T10:00",
    )
    assert counts(retention(history, kind="on_or_after")) == {"2026-03-02": [3, 2, 2, 1]}
    assert members(history, {"cohort": "2026-03-02", "k": 1}, kind="on_or_after") == [1, 2]
    assert members(history, {"cohort": "2026-03-02"}, kind="on_or_after") == [1, 2, 3]


def test_brackets_may_leave_out_periods_and_overlap():
    history = told("1 signed_up 2026-03-02T10:00", "1 vote_cast 2026-03-04T10:00", "1 vote_cast 2026-03-05T10:00")
    result = retention(history, kind="bracket", brackets="0,1-2,2-6,5", as_of="2026-03-07T00:00")
    assert counts(result) == {"2026-03-02": [1, 0, 1, 1, 0]}
    assert states(result) == ["complete", "complete", "partial", "partial"]
    assert members(history, {"cohort": "2026-03-02", "k": 2}, kind="bracket", brackets="0,1-2,2-6,5") == [1]


def test_rolling_windows_begin_with_each_members_own_start():
    history = told(
        "1 signed_up 2026-03-02T22:00",
        "1 vote_cast 2026-03-03T21:59:59.999999",
        "2 signed_up 2026-03-02T22:00",
        "2 vote_cast 2026-03-03T22:00",
    )
    assert counts(retention(history, rolling=True)) == {"2026-03-02": [2, 1, 1, 0]}
    assert counts(retention(history)) == {"2026-03-02": [2, 0, 2, 0]}


def test_a_rolling_window_is_complete_when_it_is_for_the_last_of_the_cohort():
    history = told("1 signed_up 2026-03-02T22:00")
    times = ("2026-03-03T23:59:59", "2026-03-04T00:00", "2026-03-05T00:00")
    assert [states(retention(history, rolling=True, as_of=time)) for time in times] == [
        ["partial", "partial", "future"],
        ["complete", "partial", "partial"],
        ["complete", "complete", "partial"],
    ]


def test_rolling_months_are_thirty_days_each():
    history = told("1 signed_up 2026-01-31T10:00", "1 vote_cast 2026-03-02T10:00", "1 vote_cast 2026-03-02T09:59")
    assert counts(retention(history, period="month", rolling=True)) == {"2026-01-01": [1, 1, 1, 0]}
    assert counts(retention(history, period="month")) == {"2026-01-01": [1, 0, 0, 1]}


def test_what_is_not_before_as_of_is_not_read():
    history = told("1 signed_up 2026-03-02T10:00", "1 vote_cast 2026-03-03T10:00")
    assert counts(retention(history, as_of="2026-03-03T10:00")) == {"2026-03-02": [1, 0, 0, None]}
    assert counts(retention(history, as_of="2026-03-03T10:00:01")) == {"2026-03-02": [1, 0, 1, None]}


def test_a_period_that_begins_at_as_of_is_partial_and_one_that_ends_there_complete():
    history = told("1 signed_up 2026-03-02T10:00")
    assert states(retention(history, as_of="2026-03-03T00:00")) == ["complete", "partial", "future"]


def test_days_are_those_of_the_zone_even_when_the_clock_changes():
    # New York: 2026-03-08 has 23 hours (from 05:00 to 04:00 UTC), 2026-11-01 has 25.
    history = told(
        "1 signed_up 2026-03-08T05:00",
        "1 vote_cast 2026-03-09T03:59:59",
        "2 signed_up 2026-03-08T05:00",
        "2 vote_cast 2026-03-09T04:00",
        "3 signed_up 2026-11-01T04:00",
        "3 vote_cast 2026-11-02T04:59:59",
        "3 vote_cast 2026-11-02T05:00",
    )
    found = counts(retention(history, tz="America/New_York"))
    assert (found["2026-03-08"], found["2026-11-01"]) == ([2, 1, 1, 0], [1, 1, 1, 0])
    result = retention(history[:4], tz="America/New_York", as_of="2026-03-09T04:00")
    assert states(result) == ["complete", "partial", "future"]


def test_months_are_as_long_as_they_are():
    history = told(
        "1 signed_up 2024-01-31T23:00",
        "1 vote_cast 2024-02-29T23:59",
        "1 vote_cast 2024-03-01T00:00",
        "2 signed_up 2024-02-29T12:00",
    )
    assert counts(retention(history, period="month")) == {"2024-01-01": [1, 0, 1, 1], "2024-02-01": [1, 0, 0, 0]}
