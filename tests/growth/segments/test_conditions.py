"""Definitions read from JSON: nothing lost, and every fault named with its path."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.names import NAMES
from growth.segments.conditions import Invalid, parse, write
from tests.growth.segments.definitions import definitions

ATTRIBUTES = {
    "points": "number",
    "joined": "time",
    "first_seen": "time",
    "moderator": "flag",
    "email_verified": "flag",
    "chosen_language": "text",
}


def events(selection):
    if not {*selection.split("|")} <= {*NAMES, "active"}:
        raise ValueError(selection)


def read(given):
    return parse(given, events=events, attributes=ATTRIBUTES)


def faults(given):
    with pytest.raises(Invalid) as caught:
        read(given)
    return [(fault.path, fault.code) for fault in caught.value.faults]


@given(definitions)
def test_what_is_written_reads_as_the_same(definition):
    tree = read(definition)
    assert read(json.loads(json.dumps(write(tree)))) == tree


@given(definitions)
def test_nothing_of_a_definition_is_lost(definition):
    """But what may be said in two ways: at_least 1 is the default, a bound that is both is `exactly`."""

    def plain(node):
        if isinstance(node, list):
            return [plain(item) for item in node]
        if not isinstance(node, dict):
            return node
        found = {name: plain(value) for name, value in node.items()}
        if "event" in found and found.get("at_least") == 1 and "at_most" not in found:
            del found["at_least"]
        return found

    assert write(read(definition)) == plain(definition)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, [("", "object_expected")]),
        ([], [("", "object_expected")]),
        ({}, [("", "no_condition")]),
        ({"all": []}, [("/all", "empty")]),
        ({"all": {}}, [("/all", "list_expected")]),
        ({"all": [{"event": "active"}], "any": []}, [("", "one_condition")]),
        ({"not": "x"}, [("/not", "object_expected")]),
        ({"event": "answer_postd"}, [("/event", "unknown_event")]),
        ({"event": 7}, [("/event", "text_expected")]),
        ({"event": "active", "atleast": 2}, [("/atleast", "unknown_key")]),
        ({"event": "active", "at_least": True}, [("/at_least", "number_expected")]),
        ({"event": "active", "at_least": 1.5}, [("/at_least", "whole_expected")]),
        ({"event": "active", "at_least": -1}, [("/at_least", "negative")]),
        ({"event": "active", "at_least": 1e300}, [("/at_least", "too_big")]),
        ({"event": "active", "at_least": float("nan")}, [("/at_least", "number_expected")]),
        ({"event": "active", "at_least": 3, "at_most": 2}, [("/at_most", "nothing_between")]),
        ({"event": "active", "exactly": 3, "at_most": 2}, [("/exactly", "exactly_alone")]),
        ({"event": "active", "within_days": 0}, [("/within_days", "days_expected")]),
        ({"event": "active", "within_days": 7, "before_days": 7}, [("/before_days", "nothing_between")]),
        ({"event": "active", "since": "yesterday"}, [("/since", "date_expected")]),
        ({"event": "active", "since": "0001-01-01"}, [("/since", "date_expected")]),
        ({"event": "active", "since": "2026-02-02", "until": "2026-02-02"}, [("/until", "nothing_between")]),
        ({"event": "active", "where": {}}, [("/where", "object_expected")]),
        ({"event": "active", "where": {"$.x": 1}}, [("/where", "unfit_property")]),
        ({"event": "active", "where": {"kind": []}}, [("/where/kind", "empty")]),
        ({"event": "active", "where": {"kind": ["a", {}]}}, [("/where/kind/1", "number_expected")]),
        ({"event": "active", "object": {"id": 5}}, [("/object", "object_of_event")]),
        ({"first": "active"}, [("", "no_period")]),
        ({"last": "active", "within_days": 7, "at_least": 2}, [("/at_least", "unknown_key")]),
        ({"attribute": "shoe_size", "is": "44"}, [("/attribute", "unknown_attribute")]),
        ({"attribute": ["points"], "is": "44"}, [("/attribute", "unknown_attribute")]),
        ({"attribute": "points"}, [("", "nothing_said")]),
        ({"attribute": "points", "is": 7}, [("/is", "unknown_key"), ("", "nothing_said")]),
        ({"attribute": "moderator", "is": "yes"}, [("/is", "flag_expected")]),
        ({"attribute": "chosen_language", "is": ""}, [("/is", "unfit_text")]),
        ({"attribute": "chosen_language", "is": "a\x00b"}, [("/is", "unfit_text")]),
        ({"attribute": "chosen_language", "is": ["en", 3]}, [("/is/1", "text_expected")]),
    ],
)
def test_a_bad_definition_is_refused_with_the_path_to_what_is_bad(given, expected):
    assert faults(given) == expected


def test_all_faults_are_told_at_once():
    given = {"all": [{"event": "nope"}, {"not": {"any": [{"attribute": "points", "at_least": "x"}, {}]}}], "a/b": 1}
    assert faults(given) == [
        ("/a~1b", "unknown_key"),
        ("/all/0/event", "unknown_event"),
        ("/all/1/not/any/0/at_least", "number_expected"),
        ("/all/1/not/any/1", "no_condition"),
    ]


def test_a_definition_has_bounds():
    deep = {"event": "active"}
    for _ in range(1000):
        deep = {"not": deep}
    assert [code for _path, code in faults(deep)] == ["too_deep"]
    assert faults({"any": [{"event": "active"}] * 101}) == [("", "too_many")]


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    ["all", "any", "not", "event", "attribute", "first", "where", "is", "since", "at_least"]
                ),
                x,
            )
        ),
    )
)
def test_whatever_comes_is_read_or_refused(given):
    with contextlib.suppress(Invalid):
        read(given)
