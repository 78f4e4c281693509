"""Conditions on attributes, in the language of MongoDB's queries that the GrowthBook SDK specification 0.8 defines.

`compiled(condition)` walks a condition once and gives a function that only looks at attributes. Values compare as in
JavaScript without its coercions, but for `$gt` and its kin: there a text that says a number is one, and nothing is 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from experiments.versions import padded

Groups = Mapping[str, Sequence[Any]]  # saved lists of values, by their key
Test = Callable[[Any, Groups], bool]  # of the attributes, or of one value

NOTHING: Groups = {}
LOOKED_AT = 256  # characters of a text in which patterns are sought


def evaluate(condition: Mapping[str, Any], attributes: Mapping[str, Any], groups: Groups = NOTHING) -> bool:
    return compiled(condition)(attributes, groups)


def compiled(condition: Mapping[str, Any]) -> Test:
    """All of the entries must hold; an empty condition does."""
    return _every([_entry(key, wanted) for key, wanted in condition.items()])


def _entry(key: str, wanted: Any) -> Test:
    if key in _LOGIC:
        return _LOGIC[key](wanted)
    path, holds = key.split("."), _value_test(wanted)
    if len(path) == 1 and isinstance(wanted, str):  # a text equals nothing but a text
        return lambda attributes, groups: attributes.get(key) == wanted
    if len(path) == 1:
        return lambda attributes, groups: holds(attributes.get(key), groups)
    return lambda attributes, groups: holds(_at(attributes, path), groups)


def _at(found: Any, path: Sequence[str]) -> Any:
    for step in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _every(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda value, groups: all(test(value, groups) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    return lambda value, groups: not tests or any(test(value, groups) for test in tests)


def _not(test: Test) -> Test:
    return lambda value, groups: not test(value, groups)


def _list(conditions: Sequence[Mapping[str, Any]]) -> list[Test]:
    return [compiled(condition) for condition in conditions]


_LOGIC: dict[str, Callable[[Any], Test]] = {
    "$and": lambda wanted: _every(_list(wanted)),
    "$or": lambda wanted: _any(_list(wanted)),
    "$nor": lambda wanted: _not(_any(_list(wanted))),
    "$not": lambda wanted: _not(compiled(wanted)),
}


def _value_test(wanted: Any) -> Test:
    """Of one value: the operators of `{"$gt": 5, "$lt": 9}`, or that it is just what is wanted."""
    if not _has_operators(wanted):
        return lambda value, groups: same(value, wanted)
    return _every([_operator(name, operand) for name, operand in wanted.items()])


def _has_operators(wanted: Any) -> bool:
    return isinstance(wanted, Mapping) and bool(wanted) and all(key.startswith("$") for key in wanted)


def _operator(name: str, operand: Any) -> Test:
    if name in _NESTED:
        return _NESTED[name](operand)
    if name in ("$inGroup", "$notInGroup"):
        wanted = name == "$inGroup"
        return lambda value, groups: _is_in(value, groups.get(operand, ())) is wanted
    make = _PLAIN.get(name)
    if make is None:
        return lambda value, groups: False
    holds = make(operand)
    return lambda value, groups: holds(value)


def same(left: Any, right: Any) -> bool:
    """Equal and of one kind: true is not 1, and a list is equal item by item."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if _is_list(left) and _is_list(right):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right or _is_number(left) and _is_number(right) and left == right


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_in(value: Any, wanted: Any) -> bool:
    if not _is_list(wanted):
        return False
    values = value if _is_list(value) else [value]
    return any(same(one, other) for one in values for other in wanted)


def _folded(value: Any) -> Any:
    if _is_list(value):
        return [_folded(one) for one in value]
    return value.lower() if isinstance(value, str) else value


def _in(wanted: Any) -> Callable[[Any], bool]:
    """As `_is_in`; a text or a whole number is looked up, for a list may name thousands of members."""
    known = wanted if _is_list(wanted) else ()
    texts = frozenset(one for one in known if one.__class__ is str)
    numbers = frozenset(one for one in known if _is_number(one))

    def test(value: Any) -> bool:
        if value.__class__ is str:
            return value in texts
        return value in numbers if value.__class__ is int else _is_in(value, wanted)

    return test


def _none_of(wanted: Any) -> Callable[[Any], bool]:
    return lambda value: _is_list(wanted) and not _is_in(value, wanted)


def _all_of(wanted: Any) -> Callable[[Any], bool]:
    return lambda value: _is_list(value) and _is_list(wanted) and all(_is_in(one, value) for one in wanted)


def _compared(holds: Callable[[Any, Any], bool]) -> Callable[[Any], Callable[[Any], bool]]:
    """Both as numbers where either is one, else as texts; what cannot be compared does not hold."""

    def make(operand: Any) -> Callable[[Any], bool]:
        def test(value: Any) -> bool:
            try:
                if isinstance(value, str) and isinstance(operand, str):
                    return holds(value, operand)
                return holds(float(value or 0), float(operand or 0))
            except (TypeError, ValueError, OverflowError):
                return False

        return test

    return make


def _version(holds: Callable[[str, str], bool]) -> Callable[[Any], Callable[[Any], bool]]:
    def make(operand: Any) -> Callable[[Any], bool]:
        wanted = padded(operand)
        return lambda value: holds(padded(value), wanted)

    return make


def _pattern(flags: re.RegexFlag, wanted: bool) -> Callable[[Any], Callable[[Any], bool]]:
    """Found anywhere in the text's first characters, or nowhere; a pattern that is none holds for nothing."""

    def make(operand: Any) -> Callable[[Any], bool]:
        try:
            search = re.compile(operand, flags).search
        except (re.error, TypeError):
            return lambda value: False
        return lambda value: value is not None and bool(search(str(value)[:LOOKED_AT])) is wanted

    return make


_TYPES: dict[str, Any] = {"string": str, "boolean": bool, "array": (list, tuple), "object": Mapping, "null": type(None)}


def _typed(name: Any) -> Callable[[Any], bool]:
    if name == "number":
        return _is_number
    return lambda value: name in _TYPES and isinstance(value, _TYPES[name])


def _element(operand: Any) -> Test:
    test = _value_test(operand) if _has_operators(operand) else compiled(operand)
    return lambda value, groups: _is_list(value) and any(test(one, groups) for one in value)


def _size(operand: Any) -> Test:
    test = _value_test(operand)
    return lambda value, groups: _is_list(value) and test(len(value), groups)


_NESTED: dict[str, Callable[[Any], Test]] = {
    "$not": lambda operand: _not(_value_test(operand)),
    "$elemMatch": _element,
    "$size": _size,
}
_PLAIN: dict[str, Callable[[Any], Callable[[Any], bool]]] = {
    "$eq": lambda wanted: lambda value: same(value, wanted),
    "$ne": lambda wanted: lambda value: not same(value, wanted),
    "$gt": _compared(lambda left, right: left > right),
    "$gte": _compared(lambda left, right: left >= right),
    "$lt": _compared(lambda left, right: left < right),
    "$lte": _compared(lambda left, right: left <= right),
    "$veq": _version(lambda left, right: left == right),
    "$vne": _version(lambda left, right: left != right),
    "$vgt": _version(lambda left, right: left > right),
    "$vgte": _version(lambda left, right: left >= right),
    "$vlt": _version(lambda left, right: left < right),
    "$vlte": _version(lambda left, right: left <= right),
    "$in": _in,
    "$nin": _none_of,
    "$ini": lambda wanted: lambda value: _is_in(_folded(value), _folded(wanted)),
    "$nini": lambda wanted: lambda value: _none_of(_folded(wanted))(_folded(value)),
    "$all": _all_of,
    "$alli": lambda wanted: lambda value: _all_of(_folded(wanted))(_folded(value)),
    "$exists": lambda wanted: lambda value: (value is not None) is bool(wanted),
    "$type": _typed,
    "$regex": _pattern(re.RegexFlag(0), wanted=True),
    "$regexi": _pattern(re.IGNORECASE, wanted=True),
    "$notRegex": _pattern(re.RegexFlag(0), wanted=False),
    "$notRegexi": _pattern(re.IGNORECASE, wanted=False),
}
