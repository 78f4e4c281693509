"""A filter's expression means of each event what experiments.conditions says of its columns."""

import math
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.collecting.programs import declare
from events.context import Context
from events.engine import EVENTS, reading
from events.models import Event
from events.record import event, record_all
from experiments import conditions
from experiments.metrics.filters import expression
from experiments.metrics.where import NUMBERS, TEXTS, problems

WORDS = ["topic", "post", "phone", "DE", "en", "5", "it's", "a\\b", "é中"]
AMOUNTS = [0, 1, -1, 0.5, 5, 12]
TYPED = {"properties.word": WORDS, "properties.score": AMOUNTS, "properties.passed": [True, False]}
COLUMNS = {**dict.fromkeys(TEXTS, WORDS), **dict.fromkeys(NUMBERS, AMOUNTS), **TYPED}


def one_term(column: str) -> st.SearchStrategy[dict[str, Any]]:
    values = COLUMNS[column]
    equals = st.sampled_from(values)
    lists = st.lists(equals, min_size=1, max_size=3)
    tests = {"$eq": equals, "$ne": equals, "$in": lists, "$nin": lists, "$exists": st.booleans()}
    if values is AMOUNTS:
        tests |= dict.fromkeys(["$gt", "$gte", "$lt", "$lte"], equals)
    operators = [st.tuples(st.just(name), operand) for name, operand in tests.items()]
    tested = st.lists(st.one_of(operators), min_size=1, max_size=2).map(dict)
    return st.one_of(equals, tested).map(lambda wanted: {column: wanted})


wheres = st.lists(st.sampled_from(sorted(COLUMNS)).flatmap(one_term), max_size=3).map(
    lambda parts: {column: wanted for part in parts for column, wanted in part.items()}
)


def lessons(count: int) -> None:
    dice = random.Random(5)  # noqa: S311
    declare("lesson_done", owner="app:lms", properties=["word", "score", "passed"])
    rows = []
    for unit in range(1, count + 1):
        told = {name.split(".")[1]: dice.choice(values) for name, values in TYPED.items() if dice.random() < 0.7}
        at = Context(source=dice.choice(["", *WORDS]), device=dice.choice(["", "phone"]), language="en", country="DE")
        row = event("searched", unit=unit, value=dice.choice([None, *AMOUNTS]), context=at)
        row.name, row.properties = "lesson_done", told
        row.object_kind, row.object_id = dice.choice([("", None), ("topic", 5), ("post", 12)])
        rows.append(row)
    record_all(rows)


def attributes(row: Event) -> dict[str, Any]:
    """Nothing and an empty text are one."""
    columns = {name: getattr(row, name) for name in (*TEXTS, *NUMBERS)}
    return {**{name: value for name, value in columns.items() if value != ""}, "properties": row.properties}


@pytest.mark.slow
@pytest.mark.django_db
def test_a_filter_means_what_conditions_say_of_each_event():
    lessons(60)
    rows = {row.pk: attributes(row) for row in Event.objects.all()}

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(wheres, min_size=15, max_size=15))
    def same(asked: list[dict[str, Any]]) -> None:
        assert not [fault for where in asked for fault in problems(where, {"lesson_done"})]
        meant = {f"of_{at}": expression(EVENTS, where) for at, where in enumerate(asked)}
        for row in reader.records(EVENTS.select("id", **meant)):
            told = [row[f"of_{at}"] for at in range(len(asked))]
            assert told == [conditions.evaluate(where, rows[row["id"]]) for where in asked]

    with reading() as reader:
        same()


@pytest.mark.django_db
def test_a_number_written_as_text_is_compared_as_a_number_and_other_text_with_none():
    for unit, seconds in enumerate(["9", 10, "11.5", "long", ""], 1):
        row = event("page_viewed", unit=unit)
        row.properties = {"seconds": seconds}
        row.save(force_insert=True)

    def meant(wanted: Any) -> set[int]:
        where = {"properties.seconds": wanted}
        return {row["unit"] for row in reader.records(EVENTS.filter(expression(EVENTS, where)).select("unit"))}

    with reading() as reader:
        assert meant({"$gt": 9}) == {2, 3}
        assert meant({"$lte": 10}) == {1, 2, 5}  # nothing is 0
        assert meant(9) == {1}
        assert meant("10") == {2}


@pytest.mark.parametrize(
    "where",
    [
        ["value"],
        "value",
        {"value": {}},
        {"value": {"$regex": "a"}},
        {"value": {"$gt": "1"}},
        {"value": {"$gt": True}},
        {"value": {"$gt": math.inf}},
        {"value": "one"},
        {"value": None},
        {"value": {"$in": []}},
        {"value": {"$in": 5}},
        {"value": {"$in": [1] * 101}},
        {"value": {"$exists": 1}},
        {"value": {"$not": {"$gt": 1}}},
        {"device": {"$gt": 1}},
        {"device": 5},
        {"device": ""},
        {"properties.kind": {"$eq": None}},
        {"properties.kind": {"$in": [["a"]]}},
        {"properties.colour": "red"},
        {"properties.": "red"},
        {"properties": {"kind": "question"}},
        {"id": 5},
        {"$or": [{"value": 1}]},
    ],
)
def test_what_is_not_of_the_language_is_told(where):
    assert list(problems(where, {"topic_started"}))


def test_a_property_need_be_of_one_of_the_events_only():
    assert not list(problems({"properties.kind": "question"}, {"topic_started", "answer_posted"}))
