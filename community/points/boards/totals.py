"""Who has how many points in a period: the sums in PostgreSQL that every board comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from community.members.models import Member
from community.points.models import SITE, PointsDay
from community.points.periods import Period
from community.points.sparkline import Axis
from community.prepared import fetch

Rows = QuerySet[Any, tuple[int, int]]

# The balance less the point of joining, which no board counts.
ALL_TIME = F("points_total") - 1

_SUM = "coalesce(sum(d.points) FILTER (WHERE d.day BETWEEN %s AND %s), 0)"
_SNAPSHOT = """
SELECT m.id, coalesce((SELECT max(e.id) FROM points_entry e WHERE e.member_id = m.id), 0), %s
FROM members_member m LEFT JOIN points_pointsday d ON d.member_id = m.id AND d.scope = %%s AND d.day >= %%s
WHERE m.id = ANY(%%s) GROUP BY m.id
"""
_BUCKETS = """
SELECT member_id, {bucket}, sum(points) FROM points_pointsday
WHERE scope = %s AND member_id = ANY(%s) AND day BETWEEN %s AND %s GROUP BY 1, 2
"""


def ranking(scope: str, period: Period) -> Rows:
    """(member id, points) of those who may rank and have any points, the most first, then the older member."""
    if scope == SITE and period.endless:
        rows = Member.objects.ranked().filter(points_total__gt=1).order_by("-points_total", "pk")
        return rows.values_list("pk", ALL_TIME)
    sums = _days(scope, period).filter(member__in=Member.objects.ranked()).values_list("member")
    return sums.annotate(total=Sum("points")).filter(total__gt=0).order_by("-total", "member")


def count_above(scope: str, period: Period, points: int) -> int:
    if scope == SITE and period.endless:
        return Member.objects.ranked().filter(points_total__gt=points + 1).count()
    return ranking(scope, period).filter(total__gt=points).count()


def of_member(scope: str, period: Period, member_id: int) -> int:
    """One member's points, 0 for those who may not rank."""
    mine = _days(scope, period).filter(member__in=Member.objects.ranked().filter(pk=member_id))
    return mine.aggregate(total=Coalesce(Sum("points"), 0))["total"]


def snapshot(member_ids: list[int], shown: Sequence[Period]) -> list[tuple[int, ...]]:
    """(id, newest entry, points in each period): entry and points of one moment; no points for who may not rank.

    SQL by hand, since it follows every act that moves points.
    """
    spans = [period for period in shown if not period.endless]
    sums = ", ".join("m.points_total - 1" if period.endless else _SUM for period in shown)
    days = [day for period in spans for day in (period.start, period.end)]
    first = min((period.start for period in spans), default=date.max)
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT % sums, [*days, SITE, first, member_ids])
        rows = cursor.fetchall()
    ranked = set(Member.objects.ranked().filter(pk__in=member_ids).values_list("pk", flat=True))
    return [row if row[0] in ranked else (*row[:2], *(0 for _period in shown)) for row in rows]


def by_bucket(scope: str, member_ids: list[int], axis: Axis) -> list[tuple[int, date, int]]:
    """(member, bucket, points) of these members, for small charts. SQL by hand, since every board draws fifty."""
    bucket = "date_trunc('month', day)::date" if axis.by_month else "day"
    return fetch(_BUCKETS.format(bucket=bucket), [scope, member_ids, axis.start, axis.end])


def _days(scope: str, period: Period) -> QuerySet[PointsDay]:
    return PointsDay.objects.filter(scope=scope, day__range=(period.start, period.end))
