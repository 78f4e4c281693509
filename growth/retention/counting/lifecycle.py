"""Lifecycle as reference definitions have it (docs/metrics.md)."""

from __future__ import annotations

from typing import Any

import ibis

from events.engine import Reader
from events.names import select
from growth.reports.cells import no_such_number
from growth.reports.kinds import Params
from growth.retention.counting import accounting, active, asking
from growth.retention.lifecycle import COUNTS


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """{"rows": [{"period", "active", "new", "returning", "resurrected", "dormant", "state"}]}."""
    found = reader.records(active.accounts(_active(params, reader)))
    accounts = {row.pop("period"): accounting.Account(**row) for row in found}
    last = asking.period_of(reader.as_of, params, params["period"])
    return {
        "rows": [
            {
                "period": asking.day_of(number, params["period"]),
                **{name: getattr(account, name) for name in COUNTS},
                "state": "partial" if number == last else "complete",
            }
            for number, account in accounting.accounts(accounts, last).items()
        ]
    }


def people(params: Params, cell: Params, reader: Reader) -> ibis.Table:
    """`cell`: {"period": its first day, "state": one of COUNTS}."""
    number, state = asking.number_in(cell, params["period"]), cell.get("state")
    if state not in COUNTS:
        raise no_such_number()
    if state == "dormant":
        number, state = number - 1, "leaving"
    standing = active.standing(_active(params, reader))
    return standing.filter(standing.period == number, active.STATES[state]).select("person")


def _active(params: Params, reader: Reader) -> ibis.Table:
    calendar, names = asking.calendar(params, reader), select(params["event"])
    return active.periods(asking.events(params, reader), names, calendar, params["period"])
