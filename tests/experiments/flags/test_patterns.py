"""Patterns that whoever sends a text could hang a process by."""

import re
import time

import pytest

from experiments import conditions
from experiments.flags.patterns import is_quick


@pytest.mark.parametrize(
    "pattern",
    [r"^/questions/\d+", r"^https?://[^/]+/.*\.html$", "foo|bar|baz", r"^(en|de)(-[a-z]+)?$", r"[a-z]{2,5}\d*", ""],
)
def test_everyday_ones_are_quick(pattern):
    assert is_quick(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(\w+\s?)*$",
        r"(a+)+b",
        r"(a|aa)+$",
        r"(a|a?)+$",
        r"^(?>(a+)+)b",
        r"(?=(a+)+b)",
        r"(?:(?:a{5}){5}){5}",
        r"\w*\w*\w*!",
        "a?" * 30 + "a" * 30,
        "(a|a)" * 30 + "b",
        "(?:){1000000}",
        r"(a)(?(1)(b+)+|c)",
    ],
)
def test_bombs_are_not(pattern):
    assert not is_quick(pattern)


def test_what_is_none_is_told():
    with pytest.raises(re.error):
        is_quick("(")


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [r"\w*\w*!", r"(a|a|a)\w*\w*!", r"\w*?\w*?!", r"\w?\w*\w*!"])
def test_the_worst_that_may_be_saved_is_done_soon(pattern):
    assert is_quick(pattern)
    test, began = conditions.compiled({"name": {"$regex": pattern}}), time.process_time()
    assert not test({"name": "a" * 60_000}, {})
    assert time.process_time() - began < 2


def test_a_pattern_is_sought_in_the_beginning_of_a_text():
    text = "x" * (conditions.LOOKED_AT - 1) + "yz"
    assert conditions.evaluate({"name": {"$regex": "y"}}, {"name": text})
    assert not conditions.evaluate({"name": {"$regex": "z"}}, {"name": text})
