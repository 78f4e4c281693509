"""Who was active in which period, and what follows of it: expressions, one scan of the events each.

`active` below is always a table (person, period) without doubles, `period` a number of events.engine.calendar.
"""

from __future__ import annotations

from collections.abc import Collection

import ibis
from ibis import _

from events.engine.calendar import Calendar

MONTH = 30  # days; the longest look back of the daily numbers
NONE = -(2**31)

# What a person is in a period in which they are active. The last says that they are dormant in the one after it.
STATES = {
    "active": _.period.notnull(),
    "new": _.before.isnull(),
    "returning": _.before == _.period - 1,
    "resurrected": _.before < _.period - 1,
    "leaving": _.after.isnull() | (_.after > _.period + 1),
}


def periods(events: ibis.Table, names: Collection[str], calendar: Calendar, period: str) -> ibis.Table:
    """The periods in which each person did one of `names`."""
    done = events.filter(events.name.isin(sorted(names)))
    # No period has this number; so ClickHouse, whose lag of a column without NULL is 0, learns that it may be NULL.
    return done.select("person", period=calendar.period(done.epoch_us, period).nullif(NONE)).distinct()


def standing(active: ibis.Table) -> ibis.Table:
    """(person, period, before, after): the person's active periods on either side, NULL where there is none."""
    own = ibis.window(group_by="person", order_by="period")
    return active.mutate(before=active.period.lag().over(own), after=active.period.lead().over(own))


def accounts(active: ibis.Table) -> ibis.Table:
    """(period, active, new, returning, resurrected, leaving): how many persons."""
    states = {state: _.count(where=condition) for state, condition in STATES.items()}
    return standing(active).group_by("period").agg(**states)


def frequency(active: ibis.Table) -> ibis.Table:
    """(person, periods): in how many periods each was active."""
    return active.group_by("person").agg(periods=_.count())


def stickiness(active: ibis.Table) -> ibis.Table:
    """(periods, persons)."""
    return frequency(active).group_by("periods").agg(persons=_.count())


def returns(active: ibis.Table) -> ibis.Table:
    """(period, gap, persons) of active days: after how many days those of a day came again, MONTH if not before.

    From it follow the persons of any last 7 or 30 days without joining ranges: a person counts from an active day on,
    until the next one or the end of the window, whichever comes first.
    """
    gap = ibis.least(_.after.fill_null(_.period + MONTH) - _.period, MONTH)
    return standing(active).mutate(gap=gap).group_by("period", "gap").agg(persons=_.count())
