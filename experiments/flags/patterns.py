"""Whether a regular expression is done in no time whatever it is searched in: Python's backtracks. No Django here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import prod
from re import _parser  # type: ignore[attr-defined] # the only one who reads a pattern as the engine does
from typing import Any

from experiments.conditions import LOOKED_AT

MOST_WAYS = 2**18  # in which one place of a text may be tried: two repeats without end and one alternative
MOST_TIMES = 1_000  # that a repeat says in numbers
REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


def is_quick(pattern: str) -> bool:
    """Raises re.error where it is none."""
    re.compile(pattern)
    return _ways(_parser.parse(pattern)) <= MOST_WAYS


def _ways(tokens: Iterable[tuple[Any, Any]]) -> float:
    """In how many ways these can be tried from one place, at most."""
    return prod(_of_one(str(name), given) for name, given in tokens)


def _of_one(name: str, given: Any) -> float:
    if name in REPEATS:
        return _repeated(*given)
    if name == "BRANCH":
        return sum(_ways(one) for one in given[1])
    if name == "GROUPREF_EXISTS":
        return sum(_ways(one or ()) for one in given[1:])
    if name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT"):
        return _ways(given[-1])
    return _ways(given) if name == "ATOMIC_GROUP" else 1


def _repeated(least: int, most: int, body: Any) -> float:
    """What repeats, or has alternatives, within what repeats has ways that double with every character."""
    if most <= 1:
        return 1 + _ways(body)
    if _varies(body) or least > MOST_TIMES or (most > MOST_TIMES and most != _parser.MAXREPEAT):
        return float("inf")
    return min(int(most) - least, LOOKED_AT) + 1


def _varies(tokens: Iterable[tuple[Any, Any]]) -> bool:
    for name, given in tokens:
        if str(name) in REPEATS or str(name) in ("BRANCH", "GROUPREF_EXISTS"):
            return True
        if str(name) in ("SUBPATTERN", "ASSERT", "ASSERT_NOT") and _varies(given[-1]):
            return True
        if str(name) == "ATOMIC_GROUP" and _varies(given):
            return True
    return False
