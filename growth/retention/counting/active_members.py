"""Persons active on each day, in the 7 and in the 30 days that end with it."""

from __future__ import annotations

from typing import Any

import ibis

from events.engine import Reader
from events.names import select
from growth.reports.cells import no_such_number
from growth.reports.kinds import Params
from growth.retention.counting import accounting, active, asking

WINDOWS = {"dau": 1, "wau": accounting.WEEK, "mau": accounting.MONTH}  # days


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """{"rows": [{"day", "dau", "wau", "mau", "dau_wau", "dau_mau", "state"}]}, from the first active day on."""
    found = reader.rows(active.returns(_active(params, reader)))
    returns = zip(*(found[name].to_pylist() for name in ("period", "gap", "persons")), strict=True)
    last = asking.period_of(reader.as_of, params, "day")
    days = accounting.days(returns, last)
    return {"rows": [_row(number, day, "partial" if number == last else "complete") for number, day in days.items()]}


def _row(number: int, day: accounting.Day, state: str) -> dict[str, Any]:
    return {
        "day": asking.day_of(number, "day"),
        "dau": day.daily,
        "wau": day.weekly,
        "mau": day.monthly,
        "dau_wau": day.daily / day.weekly if day.weekly else None,
        "dau_mau": day.daily / day.monthly if day.monthly else None,
        "state": state,
    }


def people(params: Params, cell: Params, reader: Reader) -> ibis.Table:
    """`cell`: {"period": the day, "count": one of WINDOWS}."""
    if str(cell.get("count")) not in WINDOWS:
        raise no_such_number()
    last = asking.number_in(cell, "day")
    days = _active(params, reader)
    return days.filter(days.period.between(last - WINDOWS[cell["count"]] + 1, last)).select("person").distinct()


def _active(params: Params, reader: Reader) -> ibis.Table:
    calendar, names = asking.calendar(params, reader), select(params["event"])
    return active.periods(asking.events(params, reader), names, calendar, "day")
