"""The answer of retention, and the members behind each of its numbers, from one relation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
from ibis import _

from events.engine import Reader
from events.engine.calendar import number
from events.record import epoch_us
from growth.reports.cells import day, no_such_number, whole
from growth.reports.kinds import Params
from growth.retention.cohorts import grid
from growth.retention.cohorts.breakdowns import groups
from growth.retention.cohorts.question import ON_OR_AFTER, Question, read
from growth.retention.cohorts.relations import MEMBERS, placed, starts

Counted = dict[tuple[int, int], int]  # (cohort, k) -> persons; k = MEMBERS: all of the cohort


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """`rows` and `overall` as in docs/metrics.md; broken down, `groups` with both for each value, the largest first."""
    question = read(params)
    parts = _counted(question, reader)
    whole: Counted = {}
    for part in parts.values():
        for key, count in part.items():
            whole[key] = whole.get(key, 0) + count
    cohorts = grid.span(_sizes(whole))
    table = _table(question, reader, whole, cohorts)
    if not _broken_down(question):
        return table
    shown = [{"value": value, **_table(question, reader, part, cohorts)} for value, part in parts.items()]
    sizes = {value: sum(_sizes(part).values()) for value, part in parts.items()}
    return {**table, "groups": sorted(shown, key=lambda one: (-sizes[one["value"]], one["value"]))}


def people(params: Params, cell: Params, reader: Reader) -> ibis.Table:
    """(person): those whom the number of `cell` counts; `cohort` is a first day, left out: the complete cohorts.

    Without `k` everybody of the cohorts, with `group` those of that value. ValueError where there is no such cell.
    """
    question = read(params)
    k = _k(question, cell)
    found = _grouped(question, reader)
    beyond = question.kind == ON_OR_AFTER and k != MEMBERS
    found = found.filter(_.k >= k if beyond else _.k == k).filter(_cohorts(question, cell, k, reader))
    if "group" in cell:
        found = found.filter(_.value == str(cell["group"]))
    return found.select("person").distinct()


def _counted(question: Question, reader: Reader) -> dict[str, Counted]:
    """By group; without a breakdown everybody is in one."""
    found: dict[str, Counted] = {}
    counts = _grouped(question, reader).group_by("value", "cohort", "k").agg(persons=_.count())
    for row in reader.records(counts):
        found.setdefault(row["value"], {})[row["cohort"], row["k"]] = row["persons"]
    return found


def _grouped(question: Question, reader: Reader) -> ibis.Table:
    """(person, cohort, k, value)."""
    relation = placed(question, reader)
    if not _broken_down(question):
        return relation.mutate(value=ibis.literal(""))
    return relation.join(groups(question, reader, starts(question, reader)), ["person", "cohort"])


def _broken_down(question: Question) -> bool:
    return bool(question.breakdown or question.behaviour)


def _sizes(counted: Counted) -> dict[int, int]:
    return {cohort: count for (cohort, k), count in counted.items() if k == MEMBERS}


def _table(question: Question, reader: Reader, counted: Counted, cohorts: range) -> dict[str, Any]:
    """A cohort table as JSON."""
    counts: Mapping[tuple[int, int], int] = {key: count for key, count in counted.items() if key[1] != MEMBERS}
    if question.kind == ON_OR_AFTER:
        counts = grid.on_or_after(counts, len(question.windows))
    cells, sizes = question.grid(epoch_us(reader.as_of)), _sizes(counted)
    table = grid.rows(cells, cohorts, sizes, counts)
    return {
        "rows": [
            {"cohort": question.named(cohort), "size": sizes.get(cohort, 0), "cells": list(map(_cell, row))}
            for cohort, row in table.items()
        ],
        "overall": [_total(total) for total in grid.overall(cells, table)],
    }


def _cell(cell: grid.Cell) -> dict[str, Any]:
    return {"k": cell.k, "value": cell.value, "count": cell.count, "state": cell.state}


def _total(total: grid.Total) -> dict[str, Any]:
    return {
        "k": total.k,
        "value": total.value,
        "count": total.count,
        "size": total.size,
        "cohorts": total.cohorts,
    }


def _k(question: Question, cell: Params) -> int:
    if "k" not in cell:
        return MEMBERS
    k = whole(cell, "k")
    if not 0 <= k < len(question.windows):
        raise no_such_number()
    return k


def _cohorts(question: Question, cell: Params, k: int, reader: Reader) -> ibis.Deferred:
    """Which cohorts are counted: the one that is named, else those that enter the overall row."""
    if "cohort" in cell:
        return _.cohort == number(day(cell, "cohort"), question.period)
    return _.cohort <= _last_complete(question, k, reader) if k != MEMBERS else ibis.literal(True)


def _last_complete(question: Question, k: int, reader: Reader) -> int:
    """The cell of a cohort is complete from some cohort on backwards."""
    cells, last = question.grid(epoch_us(reader.as_of)), number(reader.as_of.date(), question.period) + 1
    while cells.state(last, k) != grid.COMPLETE:
        last -= 1
    return last
