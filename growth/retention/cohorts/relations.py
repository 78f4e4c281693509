"""Who started when and came back when: the relation that both the counts and the lists of members are taken from."""

from __future__ import annotations

import ibis
import pyarrow as pa
from ibis import _, ir

from events.engine import EVENTS, Reader
from events.engine.calendar import Calendar
from growth.retention.cohorts.question import BRACKET, FIRST_EVER, ON_OR_AFTER, RECURRING, Question
from growth.segments.membership import persons

MEMBERS = -1  # in place of k: everybody in the cohort, whether they came back or not

# Time and id as one number, so that `min` and `max` break ties by id.
MOMENT = EVENTS.epoch_us.cast("decimal(38,0)") * ibis.literal(10**19, "decimal(38,0)") + EVENTS.id


def placed(question: Question, reader: Reader) -> ibis.Table:
    """Distinct (person, cohort, k): k = MEMBERS once for each cohort a person is in, and each k they came back in.

    Where the kind is `on_or_after`, k is that of the last return only, and may be beyond the last window.
    """
    started = starts(question, reader)
    came = _windowed(question, reader, _returns(question, reader, started))
    if question.rolling or question.kind == BRACKET:  # else each period of a person is one row already
        came = came.distinct()
    return ibis.union(started.select("person", "cohort", k=ibis.literal(MEMBERS, "int64")), came)


def starts(question: Question, reader: Reader) -> ibis.Table:
    """(person, cohort, first_us, first): the cohorts a person is in, and with which start."""
    started = _by_period(question, reader).filter(_.first.notnull())
    if question.mode == RECURRING:
        found = started.select("person", "first", "first_us", cohort=_.period)
    else:
        found = started.group_by("person").agg(cohort=_.period.min(), first=_.first.min(), first_us=_.first_us.min())
    if question.mode == FIRST_EVER:
        found = found.filter(_within(question, found.first_us))
    return found.semi_join(persons(reader, question.segment), "person") if question.segment else found


def _by_period(question: Question, reader: Reader) -> ibis.Table:
    """(person, period, first, first_us, last, last_us): first start and last return in each period. One scan."""
    bounds = reader.snapshot.span or (0, 0)
    starting, returning = EVENTS.name.isin(sorted(question.start)), EVENTS.name.isin(sorted(question.back))
    opening = starting if question.mode == FIRST_EVER else starting & _within(question, EVENTS.epoch_us)
    return (
        EVENTS.filter(starting | returning)
        .group_by("person", period=Calendar(question.zone, *bounds).period(EVENTS.epoch_us, question.period))
        .agg(
            first=MOMENT.min(where=opening),
            first_us=EVENTS.epoch_us.min(where=opening),
            last=MOMENT.max(where=returning),
        )
    )


def _within(question: Question, us: ir.IntegerValue) -> ir.BooleanValue:
    found = ibis.literal(True)
    if question.since_us is not None:
        found &= us >= question.since_us
    if question.until_us is not None:
        found &= us < question.until_us
    return found


def _returns(question: Question, reader: Reader, started: ibis.Table) -> ibis.Table:
    """(person, cohort, n): in the how many-th period, or window of their own, after the start they came back."""
    back = _rolling(question) if question.rolling else _by_period(question, reader).filter(_.last.notnull())
    if question.kind == ON_OR_AFTER:
        by = "us" if question.rolling else "period"
        back = back.group_by("person").agg(**{by: _[by].max(), "last": _.last.max()})
    joined = started.join(back, "person").filter(_.last > _.first)
    if question.rolling:
        n = (_.us - _.first_us) // question.rolling
    else:
        n = _.period - _.cohort
    return joined.select("person", "cohort", n=n.cast("int64"))


def _rolling(question: Question) -> ibis.Table:
    returning = EVENTS.filter(EVENTS.name.isin(sorted(question.back)))
    return returning.select("person", us=returning.epoch_us, last=MOMENT)


def _windowed(question: Question, reader: Reader, returns: ibis.Table) -> ibis.Table:
    """(person, cohort, k) of (person, cohort, n)."""
    if question.kind == ON_OR_AFTER:
        return returns.rename(k="n")
    if question.kind == BRACKET:
        windows = _lent(question, reader)
        return returns.cross_join(windows).filter(_.n.between(_.opens, _.closes)).select("person", "cohort", "k")
    return returns.filter(_.n < len(question.windows)).rename(k="n")


def _lent(question: Question, reader: Reader) -> ibis.Table:
    opens, closes = zip(*question.windows, strict=True)
    table = pa.table({"k": range(len(opens)), "opens": opens, "closes": closes})
    return reader.lend("retention_windows", table.cast(pa.schema([(name, pa.int64()) for name in table.column_names])))
