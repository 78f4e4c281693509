"""Definitions and their faults in words."""

from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given

from growth.segments.conditions import values
from growth.segments.wording import FAULTS, lines
from tests.growth.segments.definitions import definitions
from tests.growth.segments.test_conditions import read


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ({"event": "answer_posted"}, ["did answer_posted"]),
        ({"event": "active", "exactly": 2, "within_days": 14}, ["did active · exactly 2 times · in the last 14 days"]),
        ({"event": "active", "at_most": 0, "before_days": 1}, ["did active · at most 0 times · more than 1 day ago"]),
        ({"last": "active", "since": "2026-01-01", "until": "2026-02-01"}, None),
        ({"attribute": "points", "at_least": 5, "at_most": 10}, ["points · ≥ 5 ≤ 10"]),
        ({"attribute": "moderator", "is": False}, ["moderator · no"]),
        ({"not": {"any": [{"attribute": "points", "exactly": 5}]}}, ["none of these:", "    points · = 5"]),
        (
            {"event": "active", "where": {"kind": ["a", True]}, "value": 1},
            ["did active · kind one of a, true · value 1"],
        ),
    ],
)
def test_a_definition_is_told_line_by_line(definition, told):
    told = told or ["the last active · since 2026-01-01, before 2026-02-01"]
    assert [str(line) for line in lines(read(definition))] == told


@given(definitions)
def test_every_definition_can_be_told_in_both_languages(definition):
    for language in ("en", "zh-hans"):
        with override(language):
            assert all(str(line).strip() for line in lines(read(definition)))


def test_every_fault_has_words():
    source = Path(values.__file__).read_text()
    codes = source.split('Wrong("')[1:]
    assert {code.partition('"')[0] for code in codes} <= set(FAULTS)
