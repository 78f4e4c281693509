"""Facts added up: of a person in a period, then of all persons. Who is behind a number is read off the former."""

from __future__ import annotations

import ibis
from ibis import _, ir

from events.engine.calendar import Calendar
from events.metrics.declared import Metric, Per


def of_persons(facts: ibis.Table, metric: Metric, calendar: Calendar, period: str) -> ibis.Table:
    """(person, period, numerator, denominator): what the facts of a person add to both sides of the metric."""
    when = {"period": calendar.period(facts.epoch_us, period), "day": calendar.period(facts.epoch_us, "day")}
    found = (
        facts.group_by("person", **when)
        .agg(numerator=_.numerator.sum(), denominator=_.denominator.sum())
        .group_by("person", "period")
        .agg(numerator=_added(_.numerator, metric.numerator), denominator=_added(_.denominator, metric.denominator))
    )
    if metric.numerator == metric.denominator == Per.PERSON:  # a share of persons, so of none but those
        found = found.mutate(numerator=ibis.least(_.numerator, _.denominator))
    return found


def _added(days: ir.Value, per: Per) -> ir.Value:
    """`days`: what one day of the person adds up to."""
    if per is Per.FACT:
        return days.sum()
    here = (days > 0).cast("int64")
    return here.sum() if per is Per.DAY else here.max()


def of_all(persons: ibis.Table, *by: str) -> ibis.Table:
    """(period, numerator, denominator), and by other columns that each person has."""
    return persons.group_by("period", *by).agg(numerator=_.numerator.sum(), denominator=_.denominator.sum())


def waits(facts: ibis.Table, calendar: Calendar, period: str, *by: str) -> ibis.Table:
    """(period, seconds, answered, still): of the facts of `first_answer`, how many waited so long, and still do."""
    return facts.group_by("seconds", *by, period=calendar.period(facts.epoch_us, period)).agg(
        answered=_.numerator.sum(), still=(_.denominator - _.numerator).sum()
    )
