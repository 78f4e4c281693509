"""In how many periods of a range persons were active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
from django.utils.translation import gettext as _

from events.engine import Reader
from events.names import select
from growth.reports.cells import whole
from growth.reports.forms import moment
from growth.reports.kinds import Params
from growth.retention.counting import accounting, active, asking

SPANS = {"day": 30, "week": 12, "month": 12}  # periods, where no beginning is given
LONGEST = 1000  # periods


@dataclass(frozen=True)
class Range:
    """[since, until) and the periods that it touches, the first and the last of them included."""

    since: datetime
    until: datetime
    first: int
    last: int


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """{"since", "until", "periods", "persons", "mean", "state", "rows": [{"periods", "persons", "share", …}]}."""
    asked = _range(params, reader)
    found = reader.records(active.stickiness(_active(params, reader, asked)))
    counts = {row["periods"]: row["persons"] for row in found}
    habits = accounting.habits(counts, asked.last - asked.first + 1)
    persons = habits[0].at_least
    return {
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "periods": len(habits),
        "persons": persons,
        "mean": sum(habit.at_least for habit in habits) / persons if persons else None,
        "state": "partial" if asking.start_of(asked.last + 1, params, params["period"]) > reader.as_of else "complete",
        "rows": [_row(habit, persons) for habit in habits],
    }


def _row(habit: accounting.Habit, persons: int) -> dict[str, Any]:
    return {
        "periods": habit.periods,
        "persons": habit.persons,
        "share": habit.persons / persons if persons else None,
        "at_least": habit.at_least,
        "at_least_share": habit.at_least / persons if persons else None,
    }


def people(params: Params, cell: Params, reader: Reader) -> ibis.Table:
    """`cell`: {"periods": n} for exactly so many, {"at_least": n} for so many or more."""
    habit = active.frequency(_active(params, reader, _range(params, reader)))
    if "at_least" in cell:
        return habit.filter(habit.periods >= whole(cell, "at_least")).select("person")
    return habit.filter(habit.periods == whole(cell, "periods")).select("person")


def _range(params: Params, reader: Reader) -> Range:
    """Without a beginning, the SPANS periods up to the last one. ValueError where there are too many."""
    period = params["period"]
    until = min(moment(params, "until") or reader.as_of, reader.as_of)
    last = asking.period_of(until, params, period)
    last -= asking.start_of(last, params, period) == until  # which it does not touch
    since = moment(params, "since") or asking.start_of(last + 1 - SPANS[period], params, period)
    first = asking.period_of(since, params, period)
    if since >= until:
        raise ValueError(_("Nothing is known of this time yet."))
    if last - first >= LONGEST:
        raise ValueError(_("Ask for %(longest)d periods at most.") % {"longest": LONGEST})
    return Range(since, until, first, last)


def _active(params: Params, reader: Reader, asked: Range) -> ibis.Table:
    calendar, names = asking.calendar(params, reader), select(params["event"])
    events = asking.between(asking.events(params, reader), asked.since, asked.until)
    return active.periods(events, names, calendar, params["period"])
