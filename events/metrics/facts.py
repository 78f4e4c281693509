"""Each metric's facts as an expression: (person, epoch_us, numerator, denominator), whole numbers.

`events` is EVENTS or some of its rows, those of some persons say: all of their history, so that what begins before the
time asked about (a session, the wait for an answer) is seen whole. Sums may leave out any facts by their epoch_us.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import ibis
from ibis import _, ir

from events.engine import EVENTS, event_property
from events.metrics.declared import PATIENCE
from events.names import ACTIVE, NO_ACT

SECOND_US = 1_000_000
GAP_US = timedelta(minutes=30) // timedelta(microseconds=1)
PATIENCE_US = PATIENCE // timedelta(microseconds=1)
SHORT = 10  # seconds of a session that may be a bounce

SEEN = ("page_viewed", "topic_read", "impression")  # what needs no act but being there
ERRORS = ("submit_failed", "undone")
ATTEMPTS = ("topic_started", "answer_posted", "reply_posted", "comment_posted", "post_edited", "vote_cast")

# No instant; so ClickHouse, whose lag of a column without NULL is 0, learns that it may be NULL.
NONE = -(2**62)


@dataclass(frozen=True)
class Asked:
    events: ibis.Table = EVENTS
    as_of_us: int = 0
    names: Collection[str] = ()  # of the metrics `of_event`


def active_time(asked: Asked) -> ibis.Table:
    seen = asked.events.filter(asked.events.name.isin(["page_viewed", "topic_read"]))
    return seen.select("person", "epoch_us", numerator=_seconds(seen), denominator=_one())


def reading_time(asked: Asked) -> ibis.Table:
    read = asked.events.filter(asked.events.name == "topic_read")
    return read.select("person", "epoch_us", numerator=_seconds(read), denominator=_one())


def sessions(asked: Asked) -> ibis.Table:
    begun = _stays(asked.events).filter(_.begins == 1)
    return begun.select("person", epoch_us=_.first_us, numerator=_one(), denominator=_one())


def bounce_rate(asked: Asked) -> ibis.Table:
    """One fact per session with a page view, at its beginning."""
    until_here = ibis.window(group_by="person", order_by="half_hour", preceding=None, following=0)
    whole = (
        _stays(asked.events)
        .mutate(session=_.begins.sum().over(until_here))
        .group_by("person", "session")
        .agg(epoch_us=_.first_us.min(), views=_.views.sum(), others=_.others.sum(), seconds=_.seconds.sum())
        .filter(_.views > 0)
    )
    bounced = (_.views == 1) & (_.others == 0) & (_.seconds < SHORT)
    return whole.select("person", "epoch_us", numerator=bounced.cast("int64"), denominator=_one())


def penetration(asked: Asked) -> ibis.Table:
    return _named(asked.events, numerator=asked.names, denominator=ACTIVE)


def frequency(asked: Asked) -> ibis.Table:
    return _named(asked.events, numerator=asked.names, denominator=asked.names)


def error_rate(asked: Asked) -> ibis.Table:
    return _named(asked.events, numerator=ERRORS, denominator=(*ATTEMPTS, "submit_failed"))


def first_answer(asked: Asked) -> ibis.Table:
    """One fact per question, when it was asked; the numerator is 1 where it has an answer.

    Besides, `seconds`: how long it waited for its first answer, or has waited until now.
    """
    waited = _.answered_us.fill_null(asked.as_of_us) - _.epoch_us
    return _questions(asked.events).select(
        "person",
        "epoch_us",
        numerator=_.answered_us.notnull().cast("int64"),
        denominator=_one(),
        seconds=ibis.greatest(waited, 0) // SECOND_US,
    )


def unanswered(asked: Asked) -> ibis.Table:
    questions = _questions(asked.events).filter(_.epoch_us + PATIENCE_US <= asked.as_of_us)
    in_time = (_.answered_us <= _.epoch_us + PATIENCE_US).fill_null(False)  # noqa: FBT003 (a value)
    return questions.select("person", "epoch_us", numerator=(~in_time).cast("int64"), denominator=_one())


FACTS: dict[str, Callable[[Asked], ibis.Table]] = {
    facts.__name__: facts
    for facts in (
        active_time,
        reading_time,
        sessions,
        bounce_rate,
        penetration,
        frequency,
        error_rate,
        first_answer,
        unanswered,
    )
}


def _one() -> ir.IntegerValue:
    return ibis.literal(1, "int64")


def _named(events: ibis.Table, *, numerator: Collection[str], denominator: Collection[str]) -> ibis.Table:
    counted = events.filter(events.name.isin(sorted({*numerator, *denominator})))
    sides = {"numerator": numerator, "denominator": denominator}
    amounts = {side: counted.name.isin(sorted(names)).cast("int64") for side, names in sides.items()}
    return counted.select("person", "epoch_us", **amounts)


def _seconds(events: ibis.Table) -> ir.IntegerValue:
    """Active seconds that an event tells of; those of a topic's page are told when it was read."""
    elsewhere = (events.name == "page_viewed") & (events.object_kind != "topic")
    told = ibis.cases(
        (events.name == "topic_read", events.value),
        (elsewhere, event_property(events.properties, "seconds").nullif("").try_cast("float64")),
    )
    return told.fill_null(0.0).round().cast("int64")


def _stays(events: ibis.Table) -> ibis.Table:
    """(person, half_hour, first_us, last_us, views, others, seconds, begins): what a person did in each half hour of
    the clock. `begins` is 1 where a session begins with it, else 0: within one no session ends, for no gap has room.
    So the rows to be sorted are those of half hours, not of events.
    """
    own = events.filter(events.name.notin(sorted(NO_ACT)))
    stays = own.group_by("person", half_hour=own.epoch_us // GAP_US).agg(
        first_us=own.epoch_us.min(),
        last_us=own.epoch_us.max(),
        views=own.count(where=own.name == "page_viewed"),
        others=own.count(where=own.name.notin(SEEN)),
        seconds=_seconds(own).sum(),
    )
    before = stays.last_us.nullif(NONE).lag().over(ibis.window(group_by="person", order_by="half_hour"))
    gap = stays.first_us - before
    return stays.mutate(begins=(gap.isnull() | (gap > GAP_US)).cast("int64"))


def _questions(events: ibis.Table) -> ibis.Table:
    """(person, epoch_us, answered_us): each question, and when somebody else first answered; NULL while nobody has."""
    asked = events.filter((events.name == "topic_started") & events.object_id.notnull())
    asked = asked.filter(event_property(asked.properties, "kind") == "question")
    came = events.filter(events.name == "answer_received").select(
        "epoch_us", topic=event_property(_.properties, "topic").nullif("").try_cast("int64")
    )
    first = came.group_by("topic").agg(answered_us=_.epoch_us.min())
    joined = asked.select("person", "epoch_us", "object_id").left_join(first, _.object_id == first.topic)
    return joined.select("person", "epoch_us", "answered_us")
