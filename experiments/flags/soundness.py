"""Whether a condition says what its author meant. An evaluation takes what it does not know for false, as the
specification wants; whoever writes a condition is told instead. No Django here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from experiments.flags.patterns import is_quick

KINDS = ("string", "number", "boolean", "array", "object", "null")
LISTS = ("$in", "$nin", "$ini", "$nini", "$all", "$alli")
PATTERNS = ("$regex", "$regexi", "$notRegex", "$notRegexi")
VERSIONS = ("$veq", "$vne", "$vgt", "$vgte", "$vlt", "$vlte")
SIZES = ("$gt", "$gte", "$lt", "$lte")
OPERATORS = {*LISTS, *PATTERNS, *VERSIONS, *SIZES, "$eq", "$ne", "$exists", "$type", "$not", "$elemMatch", "$size"}
DEEPEST = 20


def faults(condition: Any, *, where: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """(where, what) of everything wrong: `what` is one of object, depth, list, operator, mixed, text, number, regex,
    slow, type, truth."""
    if not isinstance(condition, Mapping):
        yield where, "object"
    elif depth > DEEPEST:
        yield where, "depth"
    else:
        for key, wanted in condition.items():
            yield from _entry(str(key), wanted, _below(where, key), depth)


def _entry(key: str, wanted: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    if key in ("$and", "$or", "$nor"):
        if not isinstance(wanted, list):
            yield where, "list"
            return
        for index, one in enumerate(wanted):
            yield from faults(one, where=_below(where, index), depth=depth + 1)
    elif key == "$not":
        yield from faults(wanted, where=where, depth=depth + 1)
    elif key.startswith("$"):
        yield where, "operator"
    else:
        yield from _value(wanted, where, depth)


def _value(wanted: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(wanted, Mapping):
        return
    named = [str(key).startswith("$") for key in wanted]
    if any(named) and not all(named):
        yield where, "mixed"
    elif any(named):
        for name, operand in wanted.items():
            yield from _operator(name, operand, _below(where, name), depth)


def _operator(name: str, operand: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    if name not in OPERATORS:
        yield where, "operator"
    elif name in ("$not", "$size"):
        yield from _value(operand, where, depth + 1)
    elif name == "$elemMatch":
        inner = _value if _names_operators(operand) else _condition
        yield from inner(operand, where, depth + 1)
    elif fault := _operand_fault(name, operand):
        yield where, fault


def _condition(condition: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    return faults(condition, where=where, depth=depth)


def _names_operators(operand: Any) -> bool:
    return isinstance(operand, Mapping) and any(str(key).startswith("$") for key in operand)


def _operand_fault(name: str, operand: Any) -> str:
    if name in LISTS:
        return "" if isinstance(operand, list) else "list"
    if name in PATTERNS:
        return _pattern_fault(operand)
    if name in VERSIONS:
        return "" if isinstance(operand, str) else "text"
    if name in SIZES:
        return "" if isinstance(operand, (str, int, float)) and not isinstance(operand, bool) else "number"
    if name == "$type":
        return "" if operand in KINDS else "type"
    return "truth" if name == "$exists" and not isinstance(operand, bool) else ""


def _pattern_fault(operand: Any) -> str:
    try:
        return "" if is_quick(operand) else "slow"
    except (re.error, TypeError, RecursionError, OverflowError):
        return "regex"


def _below(where: str, key: Any) -> str:
    return f"{where}.{key}" if where else str(key)
