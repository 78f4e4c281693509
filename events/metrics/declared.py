"""The metrics in words. The published table, docs/metrics.md, is held equal to it by a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PATIENCE = timedelta(days=7)
"""How long a question may wait before it counts as unanswered."""


class Unit(StrEnum):
    SECONDS = "seconds"
    NUMBER = "number"
    SHARE = "share"


class Per(StrEnum):
    """How facts add up."""

    FACT = "fact"  # the sum of their numbers
    DAY = "day"  # the days of persons on which there is one
    PERSON = "person"  # the persons of whom there is one


@dataclass(frozen=True)
class Metric:
    key: str
    title: Promise
    definition: Promise
    unit: Unit
    up_is_good: bool
    numerator: Per
    denominator: Per
    of_event: bool = False  # is asked of an event: the penetration of what?
    patience: timedelta = timedelta(0)  # how long after the end of a period its facts are not all known
    median: bool = False  # the value is not the quotient but the median of what is waited for (events.metrics.waiting)


METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric(
            "active_time",
            _("Active time"),
            _(
                "Seconds in which a page was in sight and its reader showed signs of life, per day of a person on "
                "which a page was viewed or a topic read."
            ),
            Unit.SECONDS,
            True,
            Per.FACT,
            Per.DAY,
        ),
        Metric(
            "reading_time",
            _("Reading time"),
            _("Those of the seconds that went to topics, per day of a person on which a topic was read."),
            Unit.SECONDS,
            True,
            Per.FACT,
            Per.DAY,
        ),
        Metric(
            "sessions",
            _("Sessions"),
            _(
                "Sessions that began in the period per person who began one. A session ends where more than 30 minutes "
                "pass without an act of the person, page views among them."
            ),
            Unit.NUMBER,
            True,
            Per.FACT,
            Per.PERSON,
        ),
        Metric(
            "bounce_rate",
            _("Bounce rate"),
            _(
                "Of the sessions with a page view, those with one page view, less than 10 seconds of active time and "
                "no other act: nothing clicked, shared, searched, posted or voted on."
            ),
            Unit.SHARE,
            False,
            Per.FACT,
            Per.FACT,
        ),
        Metric(
            "penetration",
            _("Penetration"),
            _("Of the active members of the period, those who did the action at least once in it."),
            Unit.SHARE,
            True,
            Per.PERSON,
            Per.PERSON,
            of_event=True,
        ),
        Metric(
            "frequency",
            _("Frequency"),
            _("How often the action was done in the period, per person who did it."),
            Unit.NUMBER,
            True,
            Per.FACT,
            Per.PERSON,
            of_event=True,
        ),
        Metric(
            "error_rate",
            _("Error rate"),
            _(
                "Of the attempts to post, comment, edit or vote, those whose form was refused, and those taken back "
                "at once: a vote within 10 seconds, one's own post or comment within 5 minutes."
            ),
            Unit.SHARE,
            False,
            Per.FACT,
            Per.FACT,
        ),
        Metric(
            "first_answer",
            _("Time to the first answer"),
            _(
                "The median time from a question of the period to its first answer by somebody else. Questions that "
                "still wait count as waiting longer than they have so far (Kaplan and Meier's estimate)."
            ),
            Unit.SECONDS,
            False,
            Per.FACT,
            Per.FACT,
            median=True,
        ),
        Metric(
            "unanswered",
            _("Unanswered questions"),
            _(
                "Of the questions of the period that are at least 7 days old, those without an answer by somebody "
                "else 7 days after they were asked."
            ),
            Unit.SHARE,
            False,
            Per.FACT,
            Per.FACT,
            patience=PATIENCE,
        ),
    )
}
