"""What the parameters of retention ask, in terms of events, periods and windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo

from events.engine.calendar import first_day, starts_at
from events.names import select
from events.record import epoch_us
from growth.reports.forms import moment
from growth.reports.kinds import Params
from growth.retention.cohorts import grid

FIRST_TIME, FIRST_EVER, RECURRING = "first_time", "first_ever", "recurring"
ON, ON_OR_AFTER, BRACKET = "on", "on_or_after", "bracket"
DAY_US = timedelta(days=1) // timedelta(microseconds=1)
LENGTHS = {"day": DAY_US, "week": 7 * DAY_US, "month": 30 * DAY_US}  # of rolling windows


@dataclass(frozen=True)
class Behaviour:
    """Did one of `names` at least `times` in the first `days` × 24 hours; the start counts where it is one of them."""

    names: frozenset[str]
    times: int
    days: int


@dataclass(frozen=True)
class Question:
    start: frozenset[str]
    back: frozenset[str]
    period: str
    windows: Sequence[grid.Window]
    mode: str
    kind: str
    rolling: int  # microseconds of a window, 0: by the calendar
    zone: ZoneInfo
    since_us: int | None
    until_us: int | None
    segment: str
    breakdown: str
    behaviour: Behaviour | None

    def grid(self, as_of_us: int) -> grid.Grid:
        return grid.Grid(self.windows, cache(self._starts_at), as_of_us, self.rolling)

    def _starts_at(self, cohort: int) -> int:
        return epoch_us(starts_at(cohort, self.period, self.zone))

    def named(self, cohort: int) -> str:
        """A cohort's first local day."""
        return first_day(cohort, self.period).isoformat()


def read(params: Params) -> Question:
    """ValueError where an event is not declared any more."""
    bounds = (moment(params, name) for name in ("since", "until"))
    since_us, until_us = (None if at is None else epoch_us(at) for at in bounds)
    bracketed = params["kind"] == BRACKET
    return Question(
        start=select(params["start"]),
        back=select(params["back"]),
        period=params["period"],
        windows=grid.brackets(params["brackets"]) if bracketed else grid.each(params["periods"]),
        mode=params["mode"],
        kind=params["kind"],
        rolling=LENGTHS[params["period"]] if params["rolling"] else 0,
        zone=ZoneInfo(params["tz"]),
        since_us=since_us,
        until_us=until_us,
        segment=params["segment"],
        breakdown=params["breakdown"],
        behaviour=_behaviour(params),
    )


def _behaviour(params: Params) -> Behaviour | None:
    if not params["did"]:
        return None
    return Behaviour(select(params["did"]), params["did_times"], params["did_days"])
