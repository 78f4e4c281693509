"""Typed values and the schemas that they fit."""

import socket

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from experiments.flags.values import check_schema, check_value

OF_ITS_KIND = {"boolean": [True, False], "string": ["", "a"], "number": [0, 1.5, -3], "json": [{}, [], {"a": [1]}]}


@pytest.mark.parametrize("kind", OF_ITS_KIND)
def test_a_kind_takes_its_own_values_and_no_others(kind):
    for other, values in OF_ITS_KIND.items():
        for value in values:
            if other == kind:
                check_value(value, kind)
            else:
                with pytest.raises(ValidationError):
                    check_value(value, kind)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_a_number_is_one_that_json_has(value):
    with pytest.raises(ValidationError):
        check_value(value, "number")


@pytest.mark.parametrize(
    "value", [{"a": float("nan")}, {"a": "\x00"}, {"a": "x" * 70_000}, {"a": object()}, ["\ud800"]]
)
def test_what_the_database_or_a_client_cannot_hold_is_refused(value):
    with pytest.raises(ValidationError):
        check_value(value, "json")


def test_a_value_that_does_not_fit_its_schema_is_told_where_and_why():
    schema = {"type": "object", "properties": {"limit": {"type": "integer", "maximum": 10}}, "required": ["limit"]}
    check_value({"limit": 10}, "json", schema)
    with pytest.raises(ValidationError, match=r"\$\.limit: 11 is greater than the maximum of 10"):
        check_value({"limit": 11}, "json", schema)


@pytest.mark.parametrize(
    "schema", [{"type": "nothing"}, {"minimum": "a"}, [], {"$ref": "http://127.0.0.1:9/a.json"}, {"$ref": "other.json"}]
)
def test_a_schema_is_one_and_stands_on_its_own(schema):
    with pytest.raises(ValidationError):
        check_schema(schema)


def test_a_schema_may_refer_to_its_own_parts():
    schema = {"$defs": {"size": {"type": "integer"}}, "additionalProperties": {"$ref": "#/$defs/size"}}
    check_schema(schema)
    check_value({"a": 1}, "json", schema)
    with pytest.raises(ValidationError):
        check_value({"a": "1"}, "json", schema)


@pytest.mark.parametrize("schema", [{"$ref": "http://localhost:9/a"}, {"$ref": "#/$defs/none"}, {"$ref": "#"}])
def test_nothing_is_fetched_and_no_circle_walked_for_a_schema(schema, monkeypatch):
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(ValidationError, match="cannot be followed"):
        check_value({}, "json", schema)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text("ab"), lambda inner: st.lists(inner), max_leaves=9)
)
def test_every_list_of_plain_values_is_json(value):
    check_value([value], "json")


def test_what_is_nested_deeper_than_anybody_reads_is_refused():
    value: dict[str, object] = {}
    for _depth in range(50):
        value = {"not": value}
    check_value(value, "json")
    check_schema(value)
    for check in (lambda: check_value({"not": {"not": value}}, "json"), lambda: check_schema({"not": {"not": value}})):
        with pytest.raises(ValidationError, match="Nested more than 50 deep"):
            check()
