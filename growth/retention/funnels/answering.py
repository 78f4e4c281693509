"""The answer of a funnel, and the members behind each of its numbers, from one relation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from events.engine import Reader
from growth.reports.cells import no_such_number, whole
from growth.reports.kinds import Params
from growth.retention.counting import asking
from growth.retention.funnels import cells
from growth.retention.funnels.naming import labels
from growth.retention.funnels.question import Question
from growth.retention.funnels.reading import read
from growth.retention.funnels.relations import units


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """`steps` and `incomplete` as in docs/metrics.md, `trend` by period of the start; broken down, `groups` with
    `steps` and `incomplete` for each value, the largest first."""
    question = read(params, reader)
    table = reader.rows(_told(question, params, reader))
    paths = _paths(question, table)
    found = _funnel(params, paths) | {"trend": list(_trend(question, params, reader, paths))}
    return found | {"groups": _groups(params, table, paths)} if params["breakdown"] else found


def people(params: Params, cell: Params, reader: Reader) -> ibis.Table:
    """(person): those whom the number of `cell` counts.

    `step` from 1: who reached it; with `lost` who got no further than the one before it; `incomplete`: whose windows
    are not over. `group` and `period` (its first day) choose among them. ValueError where there is no such cell.
    """
    question = read(params, reader)
    found = _told(question, params, reader).filter(_chosen(question, cell))
    if "group" in cell:
        found = found.filter(_.group == str(cell["group"]))
    if "period" in cell:
        found = found.filter(_.period == asking.number_in(cell, question.trend))
    return found.select("person")


def _chosen(question: Question, cell: Params) -> ibis.Deferred:
    if cell.get("incomplete"):
        return _.level == 0
    step, lost = whole(cell, "step"), bool(cell.get("lost"))
    if not 1 + lost <= step <= len(question.steps):
        raise no_such_number()
    return _.level == step - 1 if lost else _.level >= step


def _told(question: Question, params: Params, reader: Reader) -> ibis.Table:
    """The units, with the period of their start, and the group where they are broken down."""
    found = units(question, reader)
    period = asking.calendar(params, reader).period(found.start, question.trend)
    return asking.grouped(found.mutate(period=period), params, reader)


def _paths(question: Question, table: pa.Table) -> cells.Paths:
    times = [table[f"at_{n}"].to_numpy() for n in range(1, len(question.steps) + 1)]
    return cells.Paths(table["level"].to_numpy(), np.column_stack(times), table["period"].to_numpy())


def _funnel(params: Params, paths: cells.Paths) -> dict[str, Any]:
    steps = zip(labels(params), cells.steps(paths), strict=True)
    return {
        "steps": [
            {
                "step": label,
                "count": step.count,
                "from_start": step.from_start,
                "from_previous": step.from_previous,
                "median_s": step.median_s,
                "mean_s": step.mean_s,
            }
            for label, step in steps
        ],
        "incomplete": cells.incomplete(paths),
    }


def _groups(params: Params, table: pa.Table, paths: cells.Paths) -> list[dict[str, Any]]:
    values = np.array(table["group"].to_pylist(), dtype=object)
    found = [{"value": value, **_funnel(params, paths.of(values == value))} for value in sorted(set(values))]
    return sorted(found, key=lambda group: -group["steps"][0]["count"])


def _trend(question: Question, params: Params, reader: Reader, paths: cells.Paths) -> Iterator[dict[str, Any]]:
    """A period is complete when the window of a start at its very end would be over."""
    for share in cells.trend(paths):
        over = asking.start_of(share.period + 1, params, question.trend) + timedelta(microseconds=question.window_us)
        yield {
            "period": asking.day_of(share.period, question.trend),
            "started": share.started,
            "completed": share.completed,
            "value": share.completed / share.started if share.started else None,
            "state": "complete" if over <= reader.as_of else "partial",
        }
