"""Conditions that would quietly mean something else."""

import pytest

from experiments.conditions import _LOGIC, _NESTED, _PLAIN
from experiments.flags.soundness import OPERATORS, faults


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"country": "DE"},
        {"country": {"$in": ["DE", "AT"]}, "age": {"$gte": 18}},
        {"$or": [{"a": 1}, {"$not": {"b": {"$exists": True}}}]},
        {"tags": {"$elemMatch": {"$eq": "x"}}, "posts": {"$elemMatch": {"score": {"$gt": 3}}}},
        {"name": {"$not": {"$regex": "^a"}}, "tags": {"$size": {"$gt": 1}}},
        {"version": {"$vgte": "1.2.0"}},
        {"settings": {"a": 1}},
    ],
)
def test_what_the_evaluation_understands_is_sound(condition):
    assert list(faults(condition)) == []


@pytest.mark.parametrize(
    ("condition", "where", "what"),
    [
        ([], "", "object"),
        ({"$xor": []}, "$xor", "operator"),
        ({"age": {"$above": 3}}, "age.$above", "operator"),
        ({"age": {"$gt": 3, "years": 4}}, "age", "mixed"),
        ({"country": {"$in": "DE"}}, "country.$in", "list"),
        ({"name": {"$regex": "("}}, "name.$regex", "regex"),
        ({"name": {"$regex": r"^(\w+\s?)*$"}}, "name.$regex", "slow"),
        ({"name": {"$type": "text"}}, "name.$type", "type"),
        ({"$and": {"a": 1}}, "$and", "list"),
        ({"$or": [{"a": {"$gt": None}}]}, "$or.0.a.$gt", "number"),
        ({"a": {"$exists": 1}}, "a.$exists", "truth"),
        ({"a": {"$not": {"$size": {"$big": 1}}}}, "a.$not.$size.$big", "operator"),
        ({"a": {"$elemMatch": {"b": {"$c": 1}}}}, "a.$elemMatch.b.$c", "operator"),
        ({"a": {"$inGroup": "friends"}}, "a.$inGroup", "operator"),
        ({"a": {"$vgt": 1}}, "a.$vgt", "text"),
    ],
)
def test_a_slip_is_told_with_its_place(condition, where, what):
    assert list(faults(condition)) == [(where, what)]


def test_a_condition_is_not_walked_for_ever():
    deep: dict = {}
    for _ in range(5000):
        deep = {"$not": deep}
    assert [what for _, what in faults(deep)] == ["depth"]


def test_every_operator_of_the_evaluation_but_saved_groups_is_known():
    known = {*_PLAIN, *_NESTED}
    assert known == OPERATORS
    assert set(_LOGIC) == {"$and", "$or", "$nor", "$not"}
