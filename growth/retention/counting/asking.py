"""What a question's parameters mean to a reader of events: in which calendar, of which time, in which period."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import ibis

from events.engine import EVENTS, Reader
from events.engine.calendar import Calendar, first_day, number, starts_at
from events.record import epoch_us
from growth.reports.kinds import Params


def calendar(params: Params, reader: Reader) -> Calendar:
    first, last = reader.snapshot.span or (0, 0)
    return Calendar(ZoneInfo(params["tz"]), first, last)


def events(params: Params, reader: Reader) -> ibis.Table:
    """The events of those asked about."""
    return EVENTS


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
    return number(date.fromisoformat(str(cell.get("period", ""))), period)
