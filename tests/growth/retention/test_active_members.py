"""Active members of a day, of 7 and of 30 days, against a look at every range."""

import random
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from growth.reports.kinds import KINDS
from growth.retention.counting import accounting
from tests.growth.retention.told import Told, answer, at, people

START, AS_OF = at("2018-10-01T00:00"), at("2018-12-31T12:00")


def story(seed, persons=40, events=300):
    dice = random.Random(seed)  # noqa: S311 (no secret)
    edge = at("2018-11-04T03:00")  # São Paulo's clock jumps over this midnight
    some = [START + timedelta(seconds=dice.randrange(7_800_000)) for _ in range(events)]
    some += [edge + timedelta(microseconds=step) for step in (-1, 0, 1)] * 2
    return [Told(dice.randrange(1, persons), dice.choice(["vote_cast", "searched"]), when) for when in some]


def seen(events, zone):
    return {(one.person, one.at.astimezone(ZoneInfo(zone)).date()) for one in events if one.name == "vote_cast"}


def within(days, last, length):
    return {person for person, day in days if last - timedelta(days=length) < day <= last}


@pytest.mark.parametrize("zone", ["UTC", "America/Sao_Paulo", "Asia/Kolkata"])
def test_each_day_counts_who_was_there_on_it_in_7_days_and_in_30(zone):
    events = story(zone)
    days = seen(events, zone)
    rows = answer("active_members", events, AS_OF, tz=zone)["rows"]
    assert [row["day"] for row in rows][:: len(rows) - 1] == [min(day for _, day in days).isoformat(), "2018-12-31"]
    for row in rows:
        on, week, month = (len(within(days, date.fromisoformat(row["day"]), length)) for length in (1, 7, 30))
        assert (row["dau"], row["wau"], row["mau"]) == (on, week, month)
        assert (row["dau_wau"], row["dau_mau"]) == (on / week if week else None, on / month if month else None)


def test_only_the_running_day_is_marked():
    rows = answer("active_members", story(1), AS_OF)["rows"]
    assert {row["state"] for row in rows[:-1]} == {"complete"}
    assert rows[-1]["state"] == "partial"


@pytest.mark.parametrize(("count", "length"), [("dau", 1), ("wau", 7), ("mau", 30)])
def test_the_people_behind_a_number_are_those_it_counts(count, length):
    events = story(2)
    for day in ("2018-10-01", "2018-11-04", "2018-12-31"):
        expected = sorted(within(seen(events, "UTC"), date.fromisoformat(day), length))
        assert people("active_members", events, AS_OF, {"period": day, "count": count}) == expected


def test_a_number_that_the_report_does_not_have_is_refused():
    with pytest.raises(ValueError, match="no such number"):
        people("active_members", story(3), AS_OF, {"period": "2018-11-04", "count": "yau"})


def test_where_nobody_was_active_there_are_no_rows():
    assert answer("active_members", [], AS_OF) == {"rows": []}


def test_who_comes_on_a_day_counts_for_29_more_and_not_for_the_thirtieth():
    found = accounting.days([(0, 30, 1)], 31)
    assert [found[day].monthly for day in (0, 29, 30)] == [1, 1, 0]
    assert [found[day].weekly for day in (0, 6, 7)] == [1, 1, 0]
    assert [found[day].daily for day in (0, 1)] == [1, 0]


def test_the_charts_and_the_table_show_the_same_days():
    kind, result = KINDS["active_members"], answer("active_members", story(4), AS_OF)
    counts, ratios = kind.charts({}, result)
    assert list(counts.series[0].values) == [row[1] for row in kind.rows(result)[1:]]
    assert ratios.percent
    assert ratios.labels == counts.labels


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        ("2024-01-02T12:00", "1 was active on the last full day, 1 in the 7 and 1 in the 30 days up to it."),
        ("2024-01-10T12:00", "0 were active on the last full day, 1 in the 7 and 2 in the 30 days up to it."),
        ("2024-03-10T12:00", "Nobody was active in the 30 days up to the last full one."),
        ("2024-01-01T12:00", ""),
    ],
)
def test_the_first_sentence_is_of_the_last_day_that_is_over(as_of, told):
    events = [Told(1, "vote_cast", at("2024-01-01T09:00")), Told(2, "vote_cast", at("2024-01-05T09:00"))]
    assert KINDS["active_members"].headline({}, answer("active_members", events, at(as_of))) == told
