"""Cohorts told apart by what their members are, or by what they did at first."""

import pytest

from tests.growth.retention.cohorts.asking import counts, members, retention, told
from tests.growth.retention.told import Told, at

pytestmark = pytest.mark.django_db  # which breakdowns there are, the segments tell

FOUR = [
    Told(1, "signed_up", at("2026-03-02T10:00"), properties={"method": "google"}),
    Told(2, "signed_up", at("2026-03-02T11:00"), properties={"method": "email"}),
    Told(2, "vote_cast", at("2026-03-03T11:00")),
    Told(3, "signed_up", at("2026-03-03T11:00"), properties={"method": "email"}),
    Told(-4, "signed_up", at("2026-03-02T11:00")),
]


def test_each_member_is_in_one_group_and_the_groups_make_up_the_whole():
    result = retention(FOUR, breakdown="join_method")
    assert counts(result) == {"2026-03-02": [3, 0, 1, 0], "2026-03-03": [1, 0, 0, 0]}
    assert {group["value"]: counts(group) for group in result["groups"]} == {
        "email": {"2026-03-02": [1, 0, 1, 0], "2026-03-03": [1, 0, 0, 0]},
        "": {"2026-03-02": [1, 0, 0, 0], "2026-03-03": [0, 0, 0, 0]},
        "google": {"2026-03-02": [1, 0, 0, 0], "2026-03-03": [0, 0, 0, 0]},
    }
    assert result["groups"][0]["overall"][1] == {"k": 1, "value": 0.5, "count": 1, "size": 2, "cohorts": 2}
    assert members(FOUR, {"group": "email"}, breakdown="join_method") == [2, 3]
    assert members(FOUR, {"group": "email", "k": 1}, breakdown="join_method") == [2]


def test_what_a_member_did_in_the_first_days_is_counted_from_the_start_to_the_end_of_the_last_day():
    history = told(
        "1 vote_cast 2026-03-02T09:00",
        "1 signed_up 2026-03-02T10:00",
        "1 vote_cast 2026-03-02T10:00",
        "1 vote_cast 2026-03-04T09:59:59.999999",
        "2 signed_up 2026-03-02T10:00",
        "2 vote_cast 2026-03-02T10:00",
        "2 vote_cast 2026-03-04T10:00",
        "3 signed_up 2026-03-08T12:00",
    )
    twice = {"did": "vote_cast", "did_times": 2, "did_days": 2, "period": "week"}
    found = retention(history, as_of="2026-03-10T11:59", **twice)
    groups = {group["value"]: [row["size"] for row in group["rows"]] for group in found["groups"]}
    assert groups == {"yes": [1], "no": [1], "open": [1]}
    assert members(history, {"group": "yes"}, as_of="2026-03-10T11:59", **twice) == [1]
    later = retention(history, as_of="2026-03-10T12:00", **twice)
    assert [group["value"] for group in later["groups"]] == ["no", "yes"]


def test_of_a_recurring_member_the_first_days_of_each_start_are_looked_at():
    history = told(
        "1 topic_started 2026-03-02T10:00",
        "1 vote_cast 2026-03-02T11:00",
        "1 topic_started 2026-03-04T10:00",
    )
    asked = {"start": "topic_started", "mode": "recurring", "did": "vote_cast", "did_times": 1, "did_days": 1}
    found = {group["value"]: counts(group) for group in retention(history, **asked)["groups"]}
    assert [sizes[0] for sizes in found["yes"].values()] == [1, 0, 0]
    assert [sizes[0] for sizes in found["no"].values()] == [0, 0, 1]


def test_the_members_of_a_number_of_the_overall_row_are_those_of_complete_cells():
    history = [*FOUR, Told(3, "vote_cast", at("2026-03-04T00:00"))]
    assert members(history, {"k": 1}, as_of="2026-03-04T12:00") == [2]
    assert members(history, {"k": 1}, as_of="2026-03-05T00:00") == [2, 3]
    assert members(history, {}) == [-4, 1, 2, 3]


@pytest.mark.parametrize("cell", [{"k": 3}, {"k": -1}, {"k": "many"}, {"cohort": "last year", "k": 0}])
def test_a_cell_that_there_is_not_has_no_members(cell):
    with pytest.raises(ValueError, match="."):
        members(FOUR, cell)


def test_the_start_is_itself_something_done_in_the_first_days():
    history = told("1 topic_started 2026-03-02T10:00")
    found = retention(history, start="topic_started", did="topic_started", did_times=1, did_days=1)
    assert [group["value"] for group in found["groups"]] == ["yes"]
