"""The language of a metric's filter: which of the events named count, by their columns.

`{"value": {"$gt": 0}, "properties.kind": {"$in": ["question", "article"]}}`: all entries must hold. It is a subset of
experiments.conditions and means the same; nothing and an empty text are one, and a property is text in which a number
may be written. filters.py makes an expression of it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from events.models import DeclaredEvent
from events.names import NAMES

TEXTS = ("object_kind", "source", "device", "language", "country")
NUMBERS = ("value", "object_id")
PROPERTY = "properties."  # before the name of one
EQUALITY, LISTS, ORDER = ("$eq", "$ne"), ("$in", "$nin"), ("$gt", "$gte", "$lt", "$lte")
OPERATORS = (*EQUALITY, *LISTS, *ORDER, "$exists")
LONGEST_LIST = 100


class Term(NamedTuple):
    column: str
    operator: str
    operand: Any

    @property
    def property(self) -> str:
        """The name of the property that it is about; "" where it is a column."""
        return self.column[len(PROPERTY) :] if self.column.startswith(PROPERTY) else ""


def terms(where: Mapping[str, Any]) -> list[Term]:
    found = []
    for column, wanted in where.items():
        tests = wanted if isinstance(wanted, Mapping) else {"$eq": wanted}
        found += [Term(column, operator, operand) for operator, operand in tests.items()]
    return found


def problems(where: Any, names: Collection[str]) -> Iterator[str]:
    """What is wrong with a filter of events so named, in words."""
    if not isinstance(where, Mapping):
        yield _("Write an object: columns, and what of them must hold.")
        return
    known = properties(names)
    for column, wanted in where.items():
        if isinstance(wanted, Mapping) and not wanted:
            yield _("“%(column)s”: say what must hold.") % {"column": column}
    for term in terms(where):
        if fault := _column_fault(term, known) or _operand_fault(term):
            yield f"“{term.column}”: {fault}"


def properties(names: Collection[str]) -> set[str]:
    """Of any of the events, as declared in code or by a program."""
    found = {name for event in names if event in NAMES for name in NAMES[event].properties}
    declared = DeclaredEvent.objects.filter(name__in=[name for name in names if name not in NAMES])
    return found.union(*declared.values_list("properties", flat=True))


def _column_fault(term: Term, known: Collection[str]) -> str:
    if term.property:
        return "" if term.property in known else _("none of the events has this property.")
    columns = (*NUMBERS, *TEXTS)
    if term.column in columns:
        return ""
    return _("no column; there are %(columns)s and properties.….") % {"columns": ", ".join(columns)}


def _operand_fault(term: Term) -> str:
    if term.operator not in OPERATORS:
        return _("no operator “%(operator)s”; there are %(all)s.") % {
            "operator": term.operator,
            "all": ", ".join(OPERATORS),
        }
    if term.operator == "$exists":
        return "" if isinstance(term.operand, bool) else _("$exists takes true or false.")
    if term.operator in LISTS:
        fits = isinstance(term.operand, list) and 0 < len(term.operand) <= LONGEST_LIST
        fits = fits and all(_fits(term, one) for one in term.operand)
        return "" if fits else _("a list of 1 to %(most)d fitting values is needed.") % {"most": LONGEST_LIST}
    return "" if _fits(term, term.operand) else _("this value does not fit it.")


def _fits(term: Term, operand: Any) -> bool:
    if term.operator in ORDER:
        return term.column not in TEXTS and is_number(operand)
    if term.property:
        return isinstance(operand, bool) or is_number(operand) or _is_word(operand)
    return is_number(operand) if term.column in NUMBERS else _is_word(operand)


def is_number(operand: Any) -> bool:
    return isinstance(operand, (int, float)) and not isinstance(operand, bool) and math.isfinite(operand)


def _is_word(operand: Any) -> bool:
    return isinstance(operand, str) and 0 < len(operand) <= 200  # noqa: PLR2004
