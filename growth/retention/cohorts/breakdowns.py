"""By what a cohort's members are told apart: each belongs to one group of it."""

from __future__ import annotations

import ibis
from ibis import _

from events.engine import EVENTS, PEOPLE, Reader
from events.record import epoch_us
from growth.reports.forms import SEGMENT
from growth.retention.cohorts.question import DAY_US, Behaviour, Question
from growth.retention.cohorts.relations import MOMENT
from growth.segments.membership import persons

YES, NO = "yes", "no"
OPEN = "open"  # whose first days are not over, so that it may yet become "yes"


def groups(question: Question, reader: Reader, started: ibis.Table) -> ibis.Table:
    """(person, cohort, value) for each (person, cohort) of `started`."""
    if question.behaviour:
        return _behaving(question.behaviour, epoch_us(reader.as_of), started)
    if question.breakdown.startswith(SEGMENT):
        inside = persons(reader, question.breakdown.removeprefix(SEGMENT)).distinct().mutate(inside=True)
        value = ibis.ifelse(_.inside.notnull(), YES, NO)
    else:
        inside = PEOPLE.select("person", inside=PEOPLE[question.breakdown])
        value = _.inside.fill_null("")
    joined = started.left_join(inside, "person")
    return joined.select("person", "cohort", value=value)


def _behaving(behaviour: Behaviour, as_of_us: int, started: ibis.Table) -> ibis.Table:
    over = behaviour.days * DAY_US
    done = EVENTS.filter(EVENTS.name.isin(sorted(behaviour.names))).select("person", us=EVENTS.epoch_us, moment=MOMENT)
    during = started.join(done, "person").filter(_.moment >= _.first, _.us < _.first_us + over)
    often = during.group_by("person", "cohort").agg(times=_.count()).filter(_.times >= behaviour.times)
    joined = started.left_join(often, ["person", "cohort"])
    value = ibis.cases((_.times.notnull(), YES), (_.first_us + over > as_of_us, OPEN), else_=NO)
    return joined.select("person", "cohort", value=value)
