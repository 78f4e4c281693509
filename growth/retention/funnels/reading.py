"""A funnel's parameters, read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from events.names import select
from events.record import epoch_us
from growth.reports.forms import moment
from growth.reports.kinds import Params
from growth.retention.funnels.naming import labels
from growth.retention.funnels.question import Question, window_us

if TYPE_CHECKING:
    from events.engine import Reader


def read(params: Params, reader: Reader) -> Question:
    """ValueError where an event is not declared any more."""
    since, until = moment(params, "since"), moment(params, "until")
    return Question(
        steps=tuple(map(select, labels(params))),
        order=params["order"],
        window_us=window_us(params["window"]),
        as_of_us=epoch_us(reader.as_of),
        excluded=select(params["exclude"]) if params["exclude"] else frozenset(),
        held=params["hold"],
        since_us=_us(since),
        until_us=_us(until),
        segment=params["segment"],
        trend=params["trend"],
    )


def _us(at: datetime | None) -> int | None:
    return None if at is None else epoch_us(at)
