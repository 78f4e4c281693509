"""Who has how many points in a period: the sums in PostgreSQL that every board comes from."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from community.members.models import Member
from community.points.models import SITE, Entry, PointsDay
from community.points.periods import Period

Rows = QuerySet[Any, tuple[int, int]]

# The balance less the point of joining, which no board counts.
ALL_TIME = F("points_total") - 1


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


def snapshot(member_ids: list[int], periods: list[Period]) -> QuerySet[Any, tuple[Any, ...]]:
    """(id, newest entry, whether it may rank, points of each period) in one statement, hence of one moment."""
    ranked = Member.objects.ranked().filter(pk=OuterRef("pk")).values("pk")
    newest = Entry.objects.filter(member=OuterRef("pk")).order_by().values("member").annotate(n=Max("pk")).values("n")
    totals = {f"points_{period.name}": _sum_of(period) for period in periods}
    rows = Member.objects.filter(pk__in=member_ids).annotate(
        newest=Coalesce(Subquery(newest), 0), ranked=Subquery(ranked), **totals
    )
    return rows.values_list("pk", "newest", "ranked", *totals)


def by_bucket(
    scope: str, member_ids: list[int], start: date, end: date, bucket: Any
) -> QuerySet[Any, tuple[int, date, int]]:
    """(member, bucket of days, points) of these members, for small charts."""
    days = PointsDay.objects.filter(scope=scope, day__range=(start, end), member__in=member_ids)
    return days.values_list("member", bucket).annotate(total=Sum("points")).order_by()


def _days(scope: str, period: Period) -> QuerySet[PointsDay]:
    return PointsDay.objects.filter(scope=scope, day__range=(period.start, period.end))


def _sum_of(period: Period) -> Any:
    if period.endless:
        return ALL_TIME
    mine = _days(SITE, period).filter(member=OuterRef("pk")).order_by().values("member")
    return Coalesce(Subquery(mine.annotate(n=Sum("points")).values("n"), output_field=BigIntegerField()), 0)
