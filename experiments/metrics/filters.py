"""A metric's filter as an expression over EVENTS (events.engine). Whoever imports this imports Ibis."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import ibis
from ibis import ir

from events.engine import event_property
from experiments.metrics.where import ORDER, TEXTS, Term, is_number, terms

_ORDER = dict(zip(ORDER, (operator.gt, operator.ge, operator.lt, operator.le), strict=True))


def expression(events: ibis.Table, where: Mapping[str, Any]) -> ir.BooleanValue:
    """Whether a row of EVENTS is one that `where` means; never NULL."""
    tests = [_TESTS[term.operator](_values(events, term), term) for term in terms(where)]
    return reduce(operator.and_, tests, ibis.literal(True))  # noqa: FBT003 (a value)


def _values(events: ibis.Table, term: Term) -> ir.Value:
    """NULL where there is nothing, or an empty text."""
    if term.property:
        return event_property(events.properties, term.property).nullif("")
    return events[term.column].nullif("") if term.column in TEXTS else events[term.column]


def _equals(values: ir.Value, operand: Any) -> ir.BooleanValue:
    """A property is text in which a number or a truth may be written."""
    if values.type().is_string():
        if isinstance(operand, bool):
            operand = str(operand).lower()
        elif is_number(operand):
            values = values.try_cast("float64")
    return (values == operand).fill_null(False)  # noqa: FBT003


def _is_in(values: ir.Value, operands: list[Any]) -> ir.BooleanValue:
    return reduce(operator.or_, [_equals(values, operand) for operand in operands])


def _compared(values: ir.Value, term: Term) -> ir.BooleanValue:
    """Nothing is 0, as in experiments.conditions; a text that writes no number compares with none."""
    numbers = values.try_cast("float64") if values.type().is_string() else values
    holds = _ORDER[term.operator](numbers, term.operand).fill_null(False)  # noqa: FBT003
    return values.isnull().ifelse(_ORDER[term.operator](0, term.operand), holds)


_TESTS: dict[str, Callable[[ir.Value, Term], ir.BooleanValue]] = {
    "$eq": lambda values, term: _equals(values, term.operand),
    "$ne": lambda values, term: ~_equals(values, term.operand),
    "$in": lambda values, term: _is_in(values, term.operand),
    "$nin": lambda values, term: ~_is_in(values, term.operand),
    "$exists": lambda values, term: values.notnull() if term.operand else values.isnull(),
    **dict.fromkeys(ORDER, _compared),
}
