"""Everyday metrics by period, against a count in plain Python, and the people behind their numbers."""

import random
from datetime import timedelta

import pytest

from events.engine.calendar import number
from events.metrics import METRICS
from growth.reports.kinds import KINDS
from tests.growth.retention.metric_oracle import Oracle
from tests.growth.retention.told import Told, answer, asked, at, people

START, AS_OF = at("2018-10-20T00:00"), at("2018-11-25T12:00")
GAP, STEP = timedelta(minutes=30), timedelta(microseconds=1)
PLAIN = (
    "vote_cast",
    "searched",
    "answer_posted",
    "comment_posted",
    "submit_failed",
    "undone",
    "badge_earned",
    "clicked",
    "exposed",
)


def story(seed, visits=150):
    """Visits of a few persons with steps just within and just beyond the 30 minutes, questions and answers."""
    dice = random.Random(seed)  # noqa: S311 (no secret)
    events, topics = [], 0
    for _ in range(visits):
        person, now = dice.randrange(1, 12), START + timedelta(seconds=dice.randrange(3_000_000))
        for _ in range(dice.choice([1, 1, 2, 5])):
            topics += 1
            events.append(_act(dice, person, now, topics))
            now += dice.choice([GAP, GAP + STEP, timedelta(seconds=dice.randrange(4000))])
    return events


def _act(dice, person, now, topic):
    seconds = dice.choice([0, 3, 9, 10, 120])
    draws = [
        Told(person, dice.choice(PLAIN), now),
        Told(person, "page_viewed", now, dice.choice([None, 7]), None, {"seconds": seconds}),
        Told(person, "page_viewed", now, dice.choice([None, 7]), None, {"path": '/"seconds": 5'}),
        Told(person, "topic_read", now, 7, seconds, {"seconds": seconds}),
        Told(person, "topic_started", now, topic, None, {"kind": dice.choice(["question", "question", "article"])}),
        Told(person, "answer_received", now, topic, None, {"topic": max(1, topic - dice.randrange(40))}),
    ]
    return dice.choice(draws)


@pytest.mark.parametrize(("zone", "period"), [("America/Sao_Paulo", "day"), ("UTC", "week"), ("Asia/Kolkata", "month")])
def test_all_metrics_add_up_as_by_hand(zone, period):
    events = story(zone)
    oracle = Oracle(events, AS_OF, zone, period, "vote_cast")
    for one in answer("metrics", events, AS_OF, event="vote_cast", period=period, tz=zone)["metrics"]:
        found = {
            number(at(row["period"]).date(), period): (row["numerator"], row["denominator"])
            for row in one["rows"]
            if row["numerator"] or row["denominator"]
        }
        assert found == oracle.sums(one["metric"]), one["metric"]
        assert len(found) > 1, one["metric"]


# A question's wait depends on another's answer, which the history of one person has by chance only: see below.
@pytest.mark.parametrize("key", [key for key in METRICS if key not in ("first_answer", "unanswered")])
def test_the_people_behind_a_number_are_those_who_add_to_it(key):
    events = story(key)
    (one,) = answer("metrics", events, AS_OF, metric=key, event="vote_cast", period="month")["metrics"]
    for row in one["rows"]:
        alone = {
            person: Oracle([e for e in events if e.person == person], AS_OF, "UTC", "month", "vote_cast").sums(key)
            for person in range(1, 12)
        }
        for index, side in enumerate(("numerator", "denominator")):
            when = number(at(row["period"]).date(), "month")
            expected = sorted(person for person, sums in alone.items() if sums.get(when, (0, 0))[index])
            cell = {"metric": key, "period": row["period"], "side": side}
            assert people("metrics", events, AS_OF, cell, metric=key, event="vote_cast", period="month") == expected


QUESTIONS = [
    Told(1, "topic_started", at("2024-01-01T00:00"), 1, None, {"kind": "question", "category": "a"}),
    Told(1, "answer_received", at("2024-01-01T02:00"), 91, None, {"topic": 1}),
    Told(1, "answer_received", at("2024-01-01T01:00"), 92, None, {"topic": 1}),
    Told(2, "topic_started", at("2024-01-02T00:00"), 2, None, {"kind": "question", "category": "b"}),
    Told(2, "answer_received", at("2024-01-09T00:00"), 93, None, {"topic": 2}),
    Told(2, "topic_started", at("2024-01-03T00:00"), 3, None, {"kind": "question", "category": "b"}),
    Told(3, "topic_started", at("2024-01-04T00:00"), 4, None, {"kind": "discussion", "category": "b"}),
    Told(3, "topic_started", at("2024-01-08T00:00"), 5, None, {"kind": "question"}),
]


def test_who_asked_and_who_was_answered_are_the_people_behind_the_wait():
    as_of, cell = at("2024-01-20T00:00"), {"metric": "first_answer", "period": "2024-01-01"}
    for side, found in (("denominator", [1, 2]), ("numerator", [1, 2])):
        assert people("metrics", QUESTIONS, as_of, {**cell, "side": side}) == found
    unanswered = {"metric": "unanswered", "period": "2024-01-01", "side": "numerator"}
    assert people("metrics", QUESTIONS, as_of, unanswered) == [2]


def test_the_median_wait_counts_those_who_still_wait_and_seven_days_are_just_in_time():
    waits, unanswered = answer("metrics", QUESTIONS, at("2024-01-20"), metric=["first_answer", "unanswered"])["metrics"]
    assert [(row["value"], row["numerator"], row["denominator"]) for row in waits["rows"]] == [
        (7 * 86_400, 2, 3),
        (None, 0, 1),
        (None, 0, 0),
    ]
    assert [(row["numerator"], row["denominator"], row["state"]) for row in unanswered["rows"]] == [
        (1, 3, "complete"),
        (1, 1, "partial"),
        (0, 0, "partial"),
    ]


def test_the_distribution_knows_of_no_longer_wait_than_was_watched():
    (waits,) = answer("metrics", QUESTIONS, at("2024-01-20"), metric="first_answer")["metrics"]
    shares = {point["hours"]: point["share"] for point in waits["distribution"]}
    assert shares == {1: 0.25, 6: 0.25, 24: 0.25, 72: 0.25, 168: pytest.approx(0.5), 720: None}


@pytest.mark.django_db
def test_broken_down_every_group_has_the_same_periods():
    (found,) = answer(
        "metrics", QUESTIONS, at("2024-01-20"), metric="first_answer", breakdown="first_category", period="month"
    )["metrics"]
    rows = [(row["group"], row["numerator"], row["denominator"]) for row in found["rows"]]
    assert rows == [("a", 1, 1), ("b", 1, 3)]
    cell = {"metric": "first_answer", "period": "2024-01-01", "side": "denominator", "group": "b"}
    asked = {"metric": "first_answer", "breakdown": "first_category", "period": "month"}
    assert people("metrics", QUESTIONS, at("2024-01-20"), cell, **asked) == [2, 3]


def test_a_session_that_began_before_the_time_asked_about_is_not_begun_anew():
    visit = [Told(1, "page_viewed", at("2024-01-01T23:50")), Told(1, "page_viewed", at("2024-01-02T00:05"))]
    asked = {"metric": "sessions", "since": "2024-01-02", "until": "2024-01-03", "period": "day"}
    (found,) = answer("metrics", visit, at("2024-01-10"), **asked)["metrics"]
    assert found["rows"] == []


def test_of_an_empty_community_all_metrics_are_empty():
    result = answer("metrics", [], AS_OF)
    assert {one["metric"]: one["rows"] for one in result["metrics"]} == dict.fromkeys(METRICS, [])
    assert KINDS["metrics"].charts({}, result) == []


@pytest.mark.parametrize("cell", [{"metric": "karma", "side": "numerator"}, {"metric": "sessions", "side": "both"}])
def test_a_number_that_the_report_does_not_have_is_refused(cell):
    with pytest.raises(ValueError, match="no such number"):
        people("metrics", [], AS_OF, {**cell, "period": "2024-01-01"})


def test_charts_are_of_metrics_with_values_and_mark_the_running_period():
    kind, result = KINDS["metrics"], answer("metrics", QUESTIONS, at("2024-01-20"), period="month")
    charts = {chart.title: chart for chart in kind.charts({}, result)}
    assert "Active time (minutes)" not in charts
    wait = charts["Time to the first answer (hours)"]
    assert (list(wait.labels), list(wait.series[0].values), wait.series[0].dashed_from) == (["2024-01-01"], [168], 0)
    assert charts["Unanswered questions"].percent


@pytest.mark.parametrize(
    ("as_of", "metric", "told"),
    [
        ("2024-02-20", "unanswered", "Unanswered questions in the month from 2024-01-01: 50.0 %."),
        ("2024-02-20", "first_answer", "Time to the first answer in the month from 2024-01-01: 168.0 hours."),
        ("2024-01-20", "unanswered", ""),
    ],
)
def test_the_first_sentence_is_of_the_last_period_that_is_over(as_of, metric, told):
    given = {"metric": metric, "period": "month"}
    assert (
        KINDS["metrics"].headline(asked("metrics", **given), answer("metrics", QUESTIONS, at(as_of), **given)) == told
    )


def test_the_table_for_spreadsheets_names_the_metric_in_each_row():
    table = KINDS["metrics"].rows(answer("metrics", QUESTIONS, at("2024-01-20"), metric="unanswered", period="month"))
    assert table == [
        ["metric", "period", "group", "value", "numerator", "denominator", "state"],
        ["unanswered", "2024-01-01", None, 0.5, 2, 4, "partial"],
    ]


def test_commas_and_repetition_name_several_metrics():
    for given in ("sessions,bounce_rate", ["sessions", "bounce_rate"]):
        assert [one["metric"] for one in answer("metrics", [], AS_OF, metric=given)["metrics"]] == [
            "sessions",
            "bounce_rate",
        ]
