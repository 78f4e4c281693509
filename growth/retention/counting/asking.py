"""What a question's parameters mean to a reader of events: whose events, in which calendar, in which period."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
from ibis import _

from events.engine import EVENTS, PEOPLE, Reader
from events.engine.calendar import Calendar, first_day, number, starts_at
from events.record import epoch_us
from growth.reports.cells import day
from growth.reports.forms import SEGMENT
from growth.reports.kinds import Params
from growth.segments.membership import persons

YES, NO = "yes", "no"  # in a segment by which it is broken down, or not


def calendar(params: Params, reader: Reader) -> Calendar:
    first, last = reader.snapshot.span or (0, 0)
    return Calendar(ZoneInfo(params["tz"]), first, last)


def events(params: Params, reader: Reader) -> ibis.Table:
    """All events of those asked about."""
    segment = params["segment"]
    return EVENTS.semi_join(persons(reader, segment), "person") if segment else EVENTS


def grouped(relation: ibis.Table, params: Params, reader: Reader) -> ibis.Table:
    """With a column `group` where it is asked to break down: each `person` is in one group of it."""
    breakdown = params["breakdown"]
    if not breakdown:
        return relation
    if breakdown.startswith(SEGMENT):
        inside = persons(reader, breakdown.removeprefix(SEGMENT)).distinct().mutate(group=ibis.literal(YES))
        other = NO
    else:
        inside, other = PEOPLE.select("person", group=PEOPLE[breakdown]), ""
    joined = relation.left_join(inside, "person")
    return joined.select(*relation.columns, group=_.group.fill_null(other))


def between(events: ibis.Table, since: datetime, until: datetime) -> ibis.Table:
    """Those of [since, until)."""
    return events.filter(events.epoch_us >= epoch_us(since), events.epoch_us < epoch_us(until))


def period_of(at: datetime, params: Params, period: str) -> int:
    return number(at.astimezone(ZoneInfo(params["tz"])).date(), period)


def start_of(period_number: int, params: Params, period: str) -> datetime:
    return starts_at(period_number, period, ZoneInfo(params["tz"]))


def day_of(period_number: int, period: str) -> str:
    """As periods are written in answers: their first local day."""
    return first_day(period_number, period).isoformat()


def number_in(cell: Params, period: str) -> int:
    """The number of the period that a cell names by its first day. ValueError where it names none."""
    return number(day(cell, "period"), period)
