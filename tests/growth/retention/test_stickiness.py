"""In how many periods of a range people were active."""

import random
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from events.engine.calendar import number
from growth.reports.kinds import KINDS
from tests.growth.retention.told import ZONES, Told, answer, asked, at, people

STORY = [
    Told(1, "answer_posted", at("2024-01-01T00:00")),  # a Monday, its very first moment
    Told(1, "answer_posted", at("2024-01-01T23:59:59.999999")),
    Told(1, "vote_cast", at("2024-01-02T00:00")),
    Told(1, "vote_cast", at("2024-01-05T00:00")),  # not in the range below
    Told(2, "bookmarked", at("2024-01-04T23:59:59.999999")),
    Told(2, "bookmarked", at("2023-12-31T23:59:59.999999")),
    Told(3, "searched", at("2024-01-02T12:00")),
]
RANGE = {"since": "2024-01-01", "until": "2024-01-05"}
LATER = at("2024-03-01T00:00")


def test_persons_are_counted_by_their_active_days_and_by_at_least_so_many():
    result = answer("stickiness", STORY, LATER, **RANGE)
    assert [tuple(row.values()) for row in result["rows"]] == [
        (1, 1, 0.5, 2, 1.0),
        (2, 1, 0.5, 1, 0.5),
        (3, 0, 0.0, 0, 0.0),
        (4, 0, 0.0, 0, 0.0),
    ]
    assert (result["persons"], result["mean"], result["periods"], result["state"]) == (2, 1.5, 4, "complete")


def test_without_a_beginning_it_is_the_last_thirty_days_the_running_one_included():
    result = answer("stickiness", STORY, at("2024-01-30T12:00"))
    assert (result["since"][:10], result["periods"], result["state"]) == ("2024-01-01", 30, "partial")
    assert [row["persons"] for row in result["rows"][:3]] == [1, 0, 1]


def test_a_range_that_ends_with_a_day_is_over_at_its_last_moment():
    assert answer("stickiness", STORY, at("2024-01-05T00:00"), **RANGE)["state"] == "complete"
    assert answer("stickiness", STORY, at("2024-01-04T23:59"), **RANGE)["state"] == "partial"


def test_of_nobody_there_are_no_shares():
    result = answer("stickiness", [], LATER, **RANGE)
    assert (result["persons"], result["mean"], len(result["rows"])) == (0, None, 4)
    assert {row["share"] for row in result["rows"]} == {None}


@pytest.mark.parametrize("given", [{"since": "2024-04-01"}, {"since": "2020-01-01", "until": "2024-01-01"}])
def test_a_time_to_come_and_a_thousand_days_are_refused(given):
    with pytest.raises(ValueError, match="."):
        answer("stickiness", STORY, LATER, **given)


@pytest.mark.parametrize(("cell", "found"), [({"periods": 2}, [1]), ({"at_least": 1}, [1, 2]), ({"periods": 3}, [])])
def test_the_people_behind_a_number(cell, found):
    assert people("stickiness", STORY, LATER, cell, **RANGE) == found


@pytest.mark.parametrize(("zone", "period"), list(zip(ZONES, ["day", "week", "month"] * 2, strict=True)))
def test_a_hundred_persons_at_random_are_counted_as_by_hand(zone, period):
    dice = random.Random(zone)  # noqa: S311 (no secret)
    start, end = at("2018-10-01T00:00"), at("2019-01-01T00:00")
    events = [
        Told(dice.randrange(1, 100), "vote_cast", start + timedelta(seconds=dice.randrange(-864000, 9 * 10**6)))
        for _ in range(500)
    ]
    result = answer("stickiness", events, LATER, since=start.isoformat(), until=end.isoformat(), tz=zone, period=period)
    local = {
        (one.person, number(one.at.astimezone(ZoneInfo(zone)).date(), period))
        for one in events
        if start <= one.at < end
    }
    expected = Counter(Counter(person for person, _period in local).values())
    assert {row["periods"]: row["persons"] for row in result["rows"] if row["persons"]} == expected
    assert result["rows"][0]["at_least"] == result["persons"] == len({person for person, _period in local})


def test_the_first_sentence_tells_how_often_people_came():
    kind = KINDS["stickiness"]
    told = [
        kind.headline(asked("stickiness", **given), answer("stickiness", events, LATER, **given))
        for events, given in ((STORY, RANGE), ([], RANGE), (STORY, {"since": "2024-01-01", "until": "2024-01-02"}))
    ]
    assert told == ["Those who were active came on 1.5 of 4 days on average.", "", ""]


def test_the_table_and_the_chart_show_the_same_rows():
    kind, result = KINDS["stickiness"], answer("stickiness", STORY, LATER, **RANGE)
    (chart,) = kind.charts({}, result)
    assert [list(series.values) for series in chart.series] == [[0.5, 0.5, 0.0, 0.0], [1.0, 0.5, 0.0, 0.0]]
    assert kind.rows(result)[:2] == [["periods", "persons", "share", "at_least", "at_least_share"], [1, 1, 0.5, 2, 1.0]]
