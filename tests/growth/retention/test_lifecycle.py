"""Lifecycle, against a count in plain Python and the law that who comes and who goes make up who is there."""

import random
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.engine.calendar import first_day, number
from growth.reports.kinds import KINDS
from growth.retention.lifecycle import COUNTS
from tests.growth.retention.told import ZONES, Told, answer, asked, at, moments, people

# 20 weeks with a change of the clock in Berlin, São Paulo, Apia and Lord Howe.
START, DAYS = at("2018-09-01T00:00"), 140
END = START + timedelta(days=DAYS)


def tallied(history, as_of, *, event=("answer_posted",), zone="UTC", period="week"):
    """The definition, word for word: for each period, sets of persons."""
    local = {(one.person, _period(one.at, zone, period)) for one in history if one.name in event and one.at < as_of}
    first, last = min((when for _person, when in local), default=None), _period(as_of, zone, period)
    here = {when: {person for person, there in local if there == when} for _person, when in local}
    rows, seen = [], set()
    for when in range(first, last + 1) if first is not None else ():
        now, before = here.get(when, set()), here.get(when - 1, set())
        counts = {
            "active": now,
            "new": now - seen,
            "returning": now & before,
            "resurrected": (now & seen) - before,
            "dormant": before - now,
        }
        state = "partial" if when == last else "complete"
        rows.append({"period": first_day(when, period).isoformat(), **counts, "state": state})
        seen |= now
    return rows


def _period(moment, zone, period):
    return number(moment.astimezone(ZoneInfo(zone)).date(), period)


def counted(rows):
    return [{key: len(value) if isinstance(value, set) else value for key, value in row.items()} for row in rows]


@st.composite
def histories(draw):
    """(zone, period, events, the moment it is asked)."""
    zone = draw(st.sampled_from(ZONES))
    when = moments(zone, START, DAYS)
    names = st.sampled_from(["answer_posted", "answer_posted", "searched"])
    events = draw(st.lists(st.tuples(st.integers(1, 5), names, when).map(lambda told: Told(*told)), max_size=40))
    return zone, draw(st.sampled_from(["day", "week", "month"])), events, draw(when)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(histories())
def test_each_number_is_that_of_a_count_by_hand(drawn):
    zone, period, events, as_of = drawn
    found = answer("lifecycle", events, as_of, event="answer_posted", period=period, tz=zone)["rows"]
    assert found == counted(tallied(events, as_of, zone=zone, period=period))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(histories(), st.data())
def test_the_people_behind_a_number_are_those_it_counts(drawn, data):
    zone, period, events, as_of = drawn
    if rows := tallied(events, as_of, zone=zone, period=period):
        row, state = data.draw(st.sampled_from(rows)), data.draw(st.sampled_from(COUNTS))
        cell = {"period": row["period"], "state": state}
        asked = {"event": "answer_posted", "period": period, "tz": zone}
        assert people("lifecycle", events, as_of, cell, **asked) == sorted(row[state])


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(histories())
def test_who_comes_and_who_goes_make_up_who_is_there(drawn):
    zone, period, events, as_of = drawn
    before = 0
    for row in answer("lifecycle", events, as_of, event="answer_posted|searched", period=period, tz=zone)["rows"]:
        assert row["active"] == before + row["new"] + row["resurrected"] - row["dormant"]
        assert row["active"] == row["new"] + row["returning"] + row["resurrected"]
        before = row["active"]


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_two_hundred_persons_at_random_are_counted_right_where_the_clock_jumps_at_midnight(period):
    zone, dice = "America/Sao_Paulo", random.Random(7)  # noqa: S311 (no secret)
    edge = at("2018-11-04T03:00")  # of a day without a midnight
    steps = [
        timedelta(microseconds=dice.choice([-1, 0, 1])) + timedelta(days=dice.randrange(-60, 60)) for _ in "x" * 900
    ]
    events = [Told(dice.randrange(1, 200), "answer_posted", edge + step) for step in steps]
    rows = answer("lifecycle", events, END, event="answer_posted", period=period, tz=zone)["rows"]
    assert rows == counted(tallied(events, END, zone=zone, period=period))


STORY = [
    Told(1, "answer_posted", at("2024-01-01T00:00")),  # a Monday, its very first moment
    Told(1, "answer_posted", at("2024-01-07T23:59:59.999999")),
    Told(1, "vote_cast", at("2024-01-08T00:00")),
    Told(1, "vote_cast", at("2024-01-29T12:00")),
    Told(2, "bookmarked", at("2024-01-10T12:00")),
    Told(2, "searched", at("2024-01-17T12:00")),  # not active
    Told(3, "answer_received", at("2024-01-10T12:00")),  # nor this
]


def test_a_story_of_two_members():
    rows = answer("lifecycle", STORY, at("2024-02-01T00:00"))["rows"]
    assert [tuple(row.values()) for row in rows] == [
        ("2024-01-01", 1, 1, 0, 0, 0, "complete"),
        ("2024-01-08", 2, 1, 1, 0, 0, "complete"),
        ("2024-01-15", 0, 0, 0, 0, 2, "complete"),
        ("2024-01-22", 0, 0, 0, 0, 0, "complete"),
        ("2024-01-29", 1, 0, 0, 1, 0, "partial"),
    ]


def test_asked_at_the_first_moment_of_a_week_it_is_that_week_of_which_nothing_is_known_yet():
    rows = answer("lifecycle", STORY, at("2024-01-08T00:00"))["rows"]
    assert [(row["period"], row["active"], row["dormant"], row["state"]) for row in rows] == [
        ("2024-01-01", 1, 0, "complete"),
        ("2024-01-08", 0, 1, "partial"),
    ]


def test_where_nobody_was_active_there_are_no_rows():
    assert answer("lifecycle", [], at("2024-01-08T00:00")) == {"rows": []}


def test_a_week_in_another_zone_begins_at_its_own_midnight():
    late = [Told(1, "answer_posted", at("2024-01-07T23:30"))]
    (row,) = answer("lifecycle", late, at("2024-01-08T06:00"), tz="Europe/Berlin")["rows"]
    assert row["period"] == "2024-01-08"


@pytest.mark.parametrize("cell", [{"period": "2024-01-01", "state": "leaving"}, {"state": "new"}, {"period": "x"}])
def test_a_number_that_the_report_does_not_have_is_refused(cell):
    with pytest.raises(ValueError):  # noqa: PT011 (either of two)
        people("lifecycle", STORY, at("2024-02-01T00:00"), cell)


def test_the_dormant_stand_below_the_line_of_the_chart_and_the_running_period_is_marked():
    result = answer("lifecycle", STORY, at("2024-02-01T00:00"))
    (chart,) = KINDS["lifecycle"].charts({}, result)
    assert [list(series.values) for series in chart.series] == [
        [1, 1, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, -2, 0, 0],
    ]
    assert {series.dashed_from for series in chart.series} == {4}
    assert [date.fromisoformat(label).weekday() for label in chart.labels] == [0] * 5


@pytest.mark.parametrize(
    ("as_of", "period", "told"),
    [
        ("2024-01-15T00:00", "week", "2 were active in the last full week: 1 new, 1 stayed, 0 came back."),
        ("2024-01-30T00:00", "day", "1 was active on the last full day: 0 new, 0 stayed, 1 came back."),
        ("2024-02-01T00:00", "week", "Nobody was active in the last full week."),
        ("2024-01-07T12:00", "week", ""),  # no week is over
    ],
)
def test_the_first_sentence_tells_of_the_last_period_that_is_over(as_of, period, told):
    result = answer("lifecycle", STORY, at(as_of), period=period)
    assert KINDS["lifecycle"].headline(asked("lifecycle", period=period), result) == told


def test_the_table_for_spreadsheets_has_a_row_for_each_period():
    kind = KINDS["lifecycle"]
    table = kind.rows(answer("lifecycle", STORY, at("2024-01-09T00:00")))
    assert table[0] == ["period", *COUNTS, "state"]
    assert table[1:] == [["2024-01-01", 1, 1, 0, 0, 0, "complete"], ["2024-01-08", 1, 0, 1, 0, 0, "partial"]]
