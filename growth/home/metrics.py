"""Every number of the admin's first page: what it is called, what it means, and how the database counts it.

A query gives (week, numerator, denominator, value) of the weeks that it has something for, out of the tables of the
forum and of two temporary ones that `filling` makes: `home_week` (week) and `home_question`, a row per question.
Parameters: zone, as_of, staff (ids), active (names of events).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PATIENCE = timedelta(days=7)
"""How long after it was asked a question is watched."""


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    HOURS = "hours"


@dataclass(frozen=True)
class Metric:
    key: str
    label: Promise
    definition: Promise
    unit: Unit
    query: str
    window: timedelta = timedelta(0)  # what must have passed since the end of a week before it is complete


def week_of(column: str) -> str:
    return f"date_trunc('week', {column} AT TIME ZONE %(zone)s)::date"


def not_staff(column: str) -> str:
    # A former member's 0 is nobody on the staff.
    return f"coalesce({column}, 0) <> ALL(%(staff)s::bigint[])"


# Events by persons and weeks: those that are taken up in the table by days, and the rows that came since.
_HAPPENED = f"""
(SELECT date_trunc('week', day)::date AS week, person, name FROM events_personday
  WHERE day <= (%(as_of)s AT TIME ZONE %(zone)s)::date
UNION ALL SELECT {week_of("at")}, person, name FROM events_event WHERE at < %(as_of)s
  AND tx >= coalesce((SELECT tx_hi FROM events_fillmark WHERE "table" = 'personday'), '0')) happened
"""  # noqa: S608 (our own text, here and below)


def _events(names: str) -> str:
    """Persons, each once a week."""
    return f"""
SELECT week, count(*), NULL::bigint, count(*)
FROM (SELECT DISTINCT week, person FROM {_HAPPENED} WHERE {names} AND person > 0 AND {not_staff("person")}) seen
GROUP BY week"""  # noqa: S608


_TOPIC_STANDS = "t.deleted_at IS NULL AND t.hidden_at IS NULL AND t.merged_into_id IS NULL"
_MEMBERS = f"""
SELECT week, n, NULL::bigint, n
FROM (SELECT week, sum(coalesce(joined.numerator, 0)) OVER (ORDER BY week)::bigint AS n
    FROM home_week LEFT JOIN ({_events("name = 'signed_up'")}) joined (week, numerator) USING (week)) total"""  # noqa: S608
_TOPICS = f"""
SELECT {week_of("t.created_at")}, count(*), NULL::bigint, count(*) FROM forum_topic t
WHERE {_TOPIC_STANDS} AND {not_staff("t.author_id")} AND t.created_at < %(as_of)s GROUP BY 1"""  # noqa: S608
_ANSWERS = f"""
SELECT {week_of("p.created_at")}, count(*), NULL::bigint, count(*)
FROM forum_post p JOIN forum_topic t ON t.id = p.topic_id
WHERE t.kind = 'question' AND p.number > 0 AND {_TOPIC_STANDS} AND p.deleted_at IS NULL AND p.hidden_at IS NULL
  AND {not_staff("p.author_id")} AND p.created_at < %(as_of)s GROUP BY 1"""  # noqa: S608


def _share(condition: str) -> str:
    n = f"count(*) FILTER (WHERE {condition})"
    return f"SELECT week, {n}, count(*), {n}::float / count(*) FROM home_question GROUP BY week"  # noqa: S608


def _helped_within(hours: int) -> str:
    return f"helped_at <= asked_at + interval '{hours} hours'"


def _hours_until_helped(share: float) -> str:
    """The time within which that share of the week's questions was answered; null where it was not reached."""
    helped = _helped_within(168)
    hours = f"CASE WHEN {helped} THEN extract(epoch FROM helped_at - asked_at) / 3600 ELSE 'Infinity' END"
    return f"""
SELECT week, count(*) FILTER (WHERE {helped}), count(*),
  nullif(percentile_disc({share}) WITHIN GROUP (ORDER BY ({hours})::float), 'Infinity')
FROM home_question GROUP BY week"""  # noqa: S608


_OPEN_AFTER_A_WEEK = """
coalesce(answered_at > asked_at + interval '168 hours', true) AND
coalesce(closed_at > asked_at + interval '168 hours', true)"""

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric(
            "members",
            _("Members"),
            _("Who has signed up by the end of the week (signed_up), those who left since among them."),
            Unit.COUNT,
            _MEMBERS,
        ),
        Metric(
            "new_members",
            _("New members"),
            _("Who signed up in the week (signed_up)."),
            Unit.COUNT,
            _events("name = 'signed_up'"),
        ),
        Metric(
            "active_members",
            _("Active members"),
            _(
                "Who did at least one of these in the week: started a topic, answered, replied, commented, voted, "
                "accepted an answer, bookmarked, offered a bounty. Each counts once."
            ),
            Unit.COUNT,
            _events("name = ANY(%(active)s)"),
        ),
        Metric(
            "topics",
            _("Topics"),
            _("Questions, discussions and articles started in the week that are neither deleted, hidden nor merged."),
            Unit.COUNT,
            _TOPICS,
        ),
        Metric(
            "answers",
            _("Answers"),
            _(
                "Answers to questions, written in the week and neither deleted nor hidden. Replies in discussions and "
                "below articles are no answers."
            ),
            Unit.COUNT,
            _ANSWERS,
        ),
        Metric(
            "first_answer_median",
            _("Median"),
            _(
                "The hours within which half of the questions asked in the week had their first answer by somebody "
                "else. Those without one within 7 days count as longer; where they are more than half, there is no "
                "median and the line has a gap."
            ),
            Unit.HOURS,
            _hours_until_helped(0.5),
            PATIENCE,
        ),
        Metric(
            "first_answer_p75",
            _("Three quarters"),
            _("The same for three quarters of the questions."),
            Unit.HOURS,
            _hours_until_helped(0.75),
            PATIENCE,
        ),
        Metric(
            "answered_in_a_day",
            _("Within 24 hours"),
            _("The share of the questions asked in the week that had an answer by somebody else within 24 hours."),
            Unit.SHARE,
            _share(_helped_within(24)),
            timedelta(days=1),
        ),
        Metric(
            "answered_in_a_week",
            _("Within 7 days"),
            _("The same within 7 days."),
            Unit.SHARE,
            _share(_helped_within(168)),
            PATIENCE,
        ),
        Metric(
            "unanswered",
            _("After 7 days"),
            _(
                "The share of the questions asked in the week that 7 days later nobody had answered, not even who "
                "asked, and that were not closed."
            ),
            Unit.SHARE,
            _share(_OPEN_AFTER_A_WEEK),
            PATIENCE,
        ),
        Metric(
            "unanswered_today",
            _("To this day"),
            _("Those of them that still wait: the site's list of unanswered questions."),
            Unit.SHARE,
            _share("answered_at IS NULL AND closed_at IS NULL"),
            PATIENCE,
        ),
    )
}
