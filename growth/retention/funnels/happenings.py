"""The events that a funnel follows, in the order in which it follows them.

A place is an event's time and what the event may be, as one whole number: microseconds since 1970 times 64, plus its
class, which is a number of Question.classes from 1, or REST. So events of one time stand in the order of the steps (an
event that may be several at the first of them), and what is no step comes after them. One number sorts twice as fast
as two columns; halves are taken of it by bits, for Ibis divides by way of floating point.
"""

from __future__ import annotations

import ibis
from ibis import Deferred, _, ir

from events.engine import EVENTS
from events.engine.compiling import event_property
from events.names import NOTED
from growth.retention.funnels.question import OBJECT, SESSION, STRICT, Question

BITS = 6
REST = 2**BITS - 1  # what is no step: excluded, or anything else where the order is strict
CLASS, US = _.place & REST, _.place >> BITS


def happenings(question: Question) -> ibis.Table:
    """(person, place, id) and `held` and `cut` where the question has them."""
    events = _within(question, EVENTS)
    if question.order == STRICT:
        events = events.filter(events.name.notin(sorted(NOTED - question.names)))
    else:
        events = events.filter(events.name.isin(sorted(question.names)))
    classes = ((events.name.isin(sorted(names)), n) for n, names in enumerate(question.classes.values(), start=1))
    found = events.select(
        "person",
        "id",
        place=events.epoch_us * 2**BITS + ibis.cases(*classes, else_=REST),
        **{"held": _held(question.held, events)} if question.held else {},
    )
    if question.order == STRICT:
        return found
    found = found.filter(_.held.notnull()) if question.held else found
    return _cut(question, found) if question.excluded else found


def parts(question: Question) -> list[str]:
    """What a path stays within: the person, the held value, the time between two excluded events."""
    return ["person", *(["held"] if question.held else []), *(["cut"] if question.excluded else [])]


def steps(question: Question) -> tuple[ibis.Table, Deferred]:
    """Happenings, one row for each step that an event may be, and that step's number."""
    found = happenings(question)
    if not question.overlapping:
        return found.drop("id"), CLASS
    *others, last = (ibis.array(list(numbers)) for numbers in question.classes)
    cases = ((n == CLASS, numbers) for n, numbers in enumerate(others, start=1))
    found = found.mutate(numbers=ibis.cases(*cases, else_=last) if others else last)
    return found.mutate(step=found.numbers.unnest()).drop("numbers"), _.step


def sequence(question: Question) -> list[str | Deferred | ir.Value]:
    """The order of `steps`: an event's later steps come before its earlier ones, so that no path takes it twice."""
    return ["place", "id", ibis.desc("step")] if question.overlapping else ["place"]


def is_step(question: Question, number: int, class_: Deferred) -> Deferred:
    return class_.isin([n for n, numbers in enumerate(question.classes, start=1) if number in numbers])


def _within(question: Question, events: ibis.Table) -> ibis.Table:
    if question.since_us is not None:
        events = events.filter(events.epoch_us >= question.since_us)
    if question.until_us is not None:
        events = events.filter(events.epoch_us <= question.until_us + question.window_us)
    return events


def _held(held: str, events: ibis.Table) -> ir.StringValue:
    """What must stay the same, NULL where an event has none of it; of a topic's own events `topic` is the topic."""
    if held == SESSION:
        return events.session.cast("string")
    about = events.object_id.cast("string")
    if held == OBJECT:
        return events.object_kind + ":" + about
    told = event_property(events.properties, held).nullif("")
    return ibis.ifelse(events.object_kind == held, about, told)


def _cut(question: Question, found: ibis.Table) -> ibis.Table:
    """Each path lies between two excluded events: after them count their number so far."""
    own = ["person", "held"] if question.held else ["person"]
    so_far = ibis.window(group_by=own, order_by="place", preceding=None, following=0)
    return found.mutate(cut=ibis.ifelse(CLASS == REST, 1, 0).sum().over(so_far)).filter(CLASS != REST)
