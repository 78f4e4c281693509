"""What differs between two states of a flag, in lines."""

import pytest

from experiments.flags import changing
from experiments.flags.differences import differences

pytestmark = pytest.mark.django_db


def lines(flag) -> dict[str, list[tuple[str, str]]]:
    made = flag.changes.first()
    return {one.label: one.lines for one in differences(made.before, made.after)}


def test_a_creation_tells_only_what_is_not_as_a_flag_begins():
    flag = changing.create("limit", kind="number", off_value=1.0, by=None, note="Of pages")
    assert lines(flag) == {
        "Name": [("+", "limit")],
        "kind": [("-", "boolean"), ("+", "number")],
        "value when off": [("-", "false"), ("+", "1.0")],
        "value when on": [("-", "true"), ("+", "1.0")],
        "lifecycle": [("-", "draft"), ("+", "live")],
        "Superusers": [("-", "true"), ("+", "false")],
        "Note": [("+", "Of pages")],
        "environments": [("+", '["production"]')],
    }


def test_a_change_tells_lines_that_went_and_came():
    flag = changing.create("copy", kind="string", off_value="one\ntwo", by=None, rules=[{"value": "a"}])
    changing.change(flag, by=None, off_value="one\nthree", rules=[{"value": "a"}, {"value": "b", "coverage": 500}])
    assert lines(flag) == {
        "value when off": [(" ", "one"), ("-", "two"), ("+", "three")],
        "rules": [(" ", '1. {"value": "a"}'), ("+", '2. {"value": "b", "coverage": 500}')],
    }
