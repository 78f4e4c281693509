"""Everyday metrics by period: the facts of events.metrics, added up for the time and the people asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis

from events.engine import Reader
from events.engine.calendar import Calendar
from events.metrics import METRICS, Metric
from events.metrics.facts import FACTS, Asked
from events.metrics.sums import of_all, of_persons, waits
from events.metrics.waiting import Wait, answered_within, curve, quantile
from events.names import select
from events.record import epoch_us
from growth.reports.cells import no_such_number
from growth.reports.forms import moment
from growth.reports.kinds import Params
from growth.retention.counting import asking

MOMENT = timedelta(microseconds=1)
HOURS = (1, 6, 24, 3 * 24, 7 * 24, 30 * 24)  # of the distribution of waits

Found = dict[tuple[str | None, int], tuple[int, int]]  # (group, period) to (numerator, denominator)


@dataclass(frozen=True)
class Question:
    """One metric of the question."""

    metric: Metric
    params: Params
    reader: Reader

    @property
    def period(self) -> str:
        return self.params["period"]

    @property
    def calendar(self) -> Calendar:
        return asking.calendar(self.params, self.reader)

    def facts(self) -> ibis.Table:
        """Those of the time asked about; an event before it may be part of one, so all events are read."""
        names = select(self.params["event"]) if self.metric.of_event else ()
        events = asking.events(self.params, self.reader)
        facts = FACTS[self.metric.key](Asked(events, epoch_us(self.reader.as_of), names))
        since, until = moment(self.params, "since"), moment(self.params, "until")
        if since:
            facts = facts.filter(facts.epoch_us >= epoch_us(since))
        return facts.filter(facts.epoch_us < epoch_us(until)) if until else facts

    def persons(self) -> ibis.Table:
        """(person, period, numerator, denominator[, group])."""
        found = of_persons(self.facts(), self.metric, self.calendar, self.period)
        return asking.grouped(found, self.params, self.reader)

    def by(self) -> list[str]:
        return ["group"] if self.params["breakdown"] else []


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """{"metrics": [{"metric", "unit", "rows": [{"period", "group", "value", "numerator", "denominator", "state"}]}]}.

    Where a metric is of an action, `event` besides; of the time to the first answer, `distribution`.
    """
    questions = [Question(METRICS[key], params, reader) for key in params["metric"]]
    counted = [_sums(question) for question in questions]
    first = _first(params, counted)
    return {"metrics": [_answered(*both, first) for both in zip(questions, counted, strict=True)]}


def people(params: Params, cell: Params, reader: Reader) -> ibis.Table:
    """`cell`: {"metric", "period", "side": "numerator" or "denominator"}, and "group" where it is broken down."""
    if cell.get("metric") not in METRICS or cell.get("side") not in ("numerator", "denominator"):
        raise no_such_number()
    persons = Question(METRICS[cell["metric"]], params, reader).persons()
    persons = persons.filter(persons.period == asking.number_in(cell, params["period"]), persons[cell["side"]] > 0)
    if params["breakdown"]:
        persons = persons.filter(persons.group == str(cell.get("group", "")))
    return persons.select("person")


def _sums(question: Question) -> Found:
    rows = question.reader.records(of_all(question.persons(), *question.by()))
    return {(row.get("group"), row["period"]): (int(row["numerator"]), int(row["denominator"])) for row in rows}


def _first(params: Params, counted: list[Found]) -> int | None:
    """The first period that is shown, the same one for all metrics."""
    if since := moment(params, "since"):
        return asking.period_of(since, params, params["period"])
    return min((number for found in counted for _group, number in found), default=None)


def _answered(question: Question, found: Found, first: int | None) -> dict[str, Any]:
    metric = question.metric
    waited = _waits(question) if metric.median else {}
    medians = {key: quantile(curve(waits), 0.5) for key, waits in waited.items()}
    groups = sorted({group for group, _number in found}, key=str)
    shown = [(group, number) for group in groups for number in _periods(question, first)]
    told: dict[str, Any] = {"metric": metric.key, "unit": metric.unit.value}
    if metric.of_event:
        told["event"] = question.params["event"]
    if metric.median:
        told["distribution"] = _distribution([wait for waits in waited.values() for wait in waits])
    return {**told, "rows": [_row(question, key, found.get(key, (0, 0)), medians) for key in shown]}


def _periods(question: Question, first: int | None) -> range:
    if first is None:
        return range(0)
    until = moment(question.params, "until")
    last = until - MOMENT if until and until <= question.reader.as_of else question.reader.as_of
    return range(first, asking.period_of(last, question.params, question.period) + 1)


def _row(
    question: Question,
    key: tuple[str | None, int],
    sums: tuple[int, int],
    medians: dict[tuple[str | None, int], int | None],
) -> dict[str, Any]:
    (group, number), (numerator, denominator) = key, sums
    over = asking.start_of(number + 1, question.params, question.period) + question.metric.patience
    ratio = numerator / denominator if denominator else None
    return {
        "period": asking.day_of(number, question.period),
        "group": group,
        "value": medians.get(key) if question.metric.median else ratio,
        "numerator": numerator,
        "denominator": denominator,
        "state": "partial" if over > question.reader.as_of else "complete",
    }


def _waits(question: Question) -> dict[tuple[str | None, int], list[Wait]]:
    """By (group, period)."""
    facts = asking.grouped(question.facts(), question.params, question.reader)
    rows = question.reader.rows(waits(facts, question.calendar, question.period, *question.by()))
    columns = {name: rows[name].to_pylist() for name in rows.column_names}  # there may be a million
    groups = columns.get("group", [None] * rows.num_rows)
    keys = zip(groups, columns["period"], strict=True)
    found: dict[tuple[str | None, int], list[Wait]] = {}
    for key, seconds, answered, still in zip(
        keys, columns["seconds"], columns["answered"], columns["still"], strict=True
    ):
        found.setdefault(key, []).append(Wait(seconds, int(answered), int(still)))
    return found


def _distribution(found: list[Wait]) -> list[dict[str, Any]]:
    """The share answered within some hours, of the questions of all periods; null where none is that old."""
    steps, longest = curve(found), max((wait.seconds for wait in found), default=-1)
    return [{"hours": hours, "share": answered_within(steps, hours * 3600, longest)} for hours in HOURS]
