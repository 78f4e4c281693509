"""Compute the weekly numbers inside the database: each run all of them, so that a rerun changes nothing.

All history is counted anew because what happened is not settled: posts are deleted and restored, members erased.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from community.members.models import Member
from events.names import ACTIVE
from growth.home.metrics import METRICS, Metric, not_staff, week_of
from growth.home.models import WeeklyNumber

# From the first thing that happened to the running week, without a gap.
_FIRST = """least(
  (SELECT min(at) FROM events_event), (SELECT min(day)::timestamp AT TIME ZONE %(zone)s FROM events_personday),
  (SELECT min(created_at) FROM forum_topic))"""
_WEEKS = f"""
CREATE TEMPORARY TABLE home_week ON COMMIT DROP AS
SELECT week::date FROM
  (SELECT {week_of(_FIRST)} AS first) f,
  generate_series(first, %(as_of)s AT TIME ZONE %(zone)s, interval '7 days') AS week
"""  # noqa: S608 (our own text, here and below)
_QUESTIONS = f"""
CREATE TEMPORARY TABLE home_question ON COMMIT DROP AS
SELECT {week_of("t.created_at")} AS week, t.created_at AS asked_at, t.closed_at, min(p.created_at) AS answered_at,
  min(p.created_at) FILTER (WHERE (p.author_id = t.author_id) IS NOT TRUE) AS helped_at
FROM forum_topic t LEFT JOIN forum_post p ON p.topic_id = t.id AND p.number > 0 AND p.deleted_at IS NULL
  AND p.hidden_at IS NULL AND p.created_at < %(as_of)s
WHERE t.kind = 'question' AND t.deleted_at IS NULL AND t.hidden_at IS NULL AND t.merged_into_id IS NULL
  AND {not_staff("t.author_id")} AND t.created_at < %(as_of)s
GROUP BY t.id
"""  # noqa: S608
# A week in which nothing was counted has 0; one without a question has no share and no median.
_WRITE = """
INSERT INTO home_weeklynumber (metric, week, numerator, denominator, value, complete, computed_at)
SELECT %(metric)s, w.week, coalesce(f.numerator, 0), coalesce(f.denominator, %(nothing)s),
  CASE WHEN f.week IS NULL AND %(nothing)s::bigint IS NULL THEN 0 ELSE f.value END,
  (w.week + 7)::timestamp AT TIME ZONE %(zone)s + %(window)s <= %(as_of)s, %(as_of)s
FROM home_week w LEFT JOIN ({query}) f (week, numerator, denominator, value) USING (week)
ON CONFLICT (metric, week) DO UPDATE SET numerator = excluded.numerator, denominator = excluded.denominator,
  value = excluded.value, complete = excluded.complete, computed_at = excluded.computed_at
"""


@transaction.atomic
def fill(as_of: datetime) -> int:
    """Write every metric of every week up to `as_of` and forget what no longer belongs; returns how many numbers."""
    staff = list(Member.objects.filter(is_staff=True).values_list("pk", flat=True))
    common = {"zone": settings.TIME_ZONE, "as_of": as_of, "staff": staff, "active": list(ACTIVE)}
    _run("SET LOCAL work_mem = '64MB'", {})  # a million members and weeks are told apart in memory
    _run(_WEEKS, common)
    _run(_QUESTIONS, common)
    _run("ANALYZE home_question", {})
    written = sum(_write(metric, common) for metric in METRICS.values())
    WeeklyNumber.objects.exclude(computed_at=as_of).delete()
    _run("DROP TABLE home_week, home_question", {})
    return written


def _write(metric: Metric, common: dict[str, Any]) -> int:
    nothing = None if metric.unit == "count" else 0
    given = {"metric": metric.key, "window": metric.window, "nothing": nothing}
    return _run(_WRITE.format(query=metric.query), common | given)


def _run(query: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.rowcount
