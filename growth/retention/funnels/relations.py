"""Who went how far, by which path: the relation that counts, times and lists of members are all taken from."""

from __future__ import annotations

from collections.abc import Callable

import ibis
from ibis import Deferred, _

from events.engine import Reader
from growth.retention.funnels.happenings import BITS, CLASS, US, happenings, is_step, parts, sequence, steps
from growth.retention.funnels.question import ANY, ORDERED, STRICT, Question
from growth.segments.membership import persons

NEVER = 2**62  # in place of a time


def units(question: Question, reader: Reader) -> ibis.Table:
    """(person, level, start, at_1 … at_n): how many steps, from when, and when each was reached (else NEVER).

    One row for each person with a start; level 0 where the windows of all their starts end after as_of.
    """
    found = WAYS[question.order](question)
    order = ibis.window(group_by="person", order_by=[ibis.desc("level"), ibis.desc("start"), *_times(question)])
    best = found.mutate(nth=ibis.row_number().over(order)).filter(_.nth == 0)
    best = best.select("person", "level", "start", *_times(question))
    return best.semi_join(persons(reader, question.segment), "person") if question.segment else best


def ordered(question: Question) -> ibis.Table:
    """One row for each start that may be the best.

    Of the starts from which a step was reached by some time, the latest is as good as any: it has the most time left.
    So a running maximum for each step finds the start of the best path to the next, and rows that no path leads to are
    dropped on the way. The path of the best start is greedy: had a later start reached one of its steps before it did,
    that one would be the best.
    """
    rows, step = steps(question)
    own = parts(question)
    so_far = ibis.window(group_by=own, order_by=sequence(question), preceding=None, following=0)
    usable = US.max(where=(step == 1) & _in_range(question, US) & (question.last_us >= US))
    found = rows.mutate(start=usable.over(so_far), latest=usable.over(ibis.window(group_by=own)))
    # Of starts alone the latest is enough; where none is usable, those show who is still within a window.
    standing = (step == 1) & _in_range(question, US) & (ibis.coalesce(_.latest, US) == US)
    found = found.filter(standing | ((step > 1) & _in_window(question, US))).drop("latest")
    found = found.mutate(start=ibis.ifelse(step == 1, US, _.start))
    for number in range(2, len(question.steps)):
        start = _.start.max(where=step == number).over(so_far)
        found = found.mutate(start=ibis.ifelse(step > number, start, _.start))
        found = found.filter((step <= number) | _in_window(question, US))
    reached = {name: US.min(where=step == number) for number, name in enumerate(_times(question), start=1)}
    paths = found.group_by(*own, "start").agg(level=step.max(), **reached)
    times = {name: _[name].fill_null(NEVER) for name in reached} | {"at_1": _.start}
    return paths.mutate(level=_if_over(question, _.level), **times)


def in_any_order(question: Question) -> ibis.Table:
    """One row for each event with which a window may begin: the first of each step from then on."""
    rows = happenings(question).mutate(start=US)
    onwards = ibis.window(group_by=parts(question), order_by=ibis.desc("start"), range=(None, 0))
    first = {
        name: _.start.min(where=is_step(question, number, CLASS)).over(onwards)
        for number, name in enumerate(_times(question), start=1)
    }
    within = {name: ibis.ifelse(_in_window(question, _[name]), _[name], NEVER).fill_null(NEVER) for name in first}
    found = rows.mutate(**first).filter(_in_range(question, _.start)).mutate(**within)
    return found.mutate(level=_if_over(question, _count(question)))


def strict(question: Question) -> ibis.Table:
    """One row for each start: its path goes on for as long as the next event is the next step."""
    own = ibis.window(group_by="person", order_by=["place", "id"])
    following = range(1, len(question.steps))
    found = happenings(question).mutate(
        start=US,
        **{f"place_{n}": _.place.lead(n).over(own) for n in following},
        **{f"held_{n}": _.held.lead(n).over(own) for n in following if question.held},
    )
    found = found.filter(is_step(question, 1, CLASS), _in_range(question, _.start))
    if question.held:
        found = found.filter(_.held.notnull())
    times, goes_on = {"at_1": _.start}, ibis.literal(True)
    for n in following:
        place = _[f"place_{n}"]
        goes_on &= is_step(question, n + 1, place & 2**BITS - 1) & _in_window(question, place >> BITS)
        if question.held:
            goes_on &= _[f"held_{n}"] == _.held
        times[f"at_{n + 1}"] = ibis.ifelse(goes_on, place >> BITS, NEVER).fill_null(NEVER)
    return found.mutate(**times).mutate(level=_if_over(question, _count(question)))


WAYS: dict[str, Callable[[Question], ibis.Table]] = {ORDERED: ordered, STRICT: strict, ANY: in_any_order}


def _times(question: Question) -> list[str]:
    return [f"at_{number}" for number in range(1, len(question.steps) + 1)]


def _count(question: Question) -> Deferred:
    """How many steps a row reaches."""
    first, *others = (ibis.ifelse(_[name] < NEVER, 1, 0) for name in _times(question))
    return sum(others, start=first)


def _if_over(question: Question, level: Deferred) -> Deferred:
    return ibis.ifelse(_.start <= question.last_us, level, 0)


def _in_window(question: Question, us: Deferred) -> Deferred:
    return us - _.start <= question.window_us


def _in_range(question: Question, us: Deferred) -> Deferred:
    found = ibis.literal(True)
    if question.since_us is not None:
        found &= us >= question.since_us
    return found if question.until_us is None else found & (us < question.until_us)
