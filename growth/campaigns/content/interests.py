"""The tags that members care for: those they follow, and those they are strong in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Sum

from community.forum.models import Follow
from community.points.models import PointsDay

STRONGEST, WITHIN = 3, timedelta(days=365)


def followed(members: Collection[int]) -> dict[int, set[int]]:
    tags: dict[int, set[int]] = defaultdict(set)
    for member, tag in Follow.objects.filter(member__in=members, tag__isnull=False).values_list("member", "tag"):
        tags[member].add(tag)
    return tags


def strong(members: Collection[int], now: datetime) -> dict[int, set[int]]:
    """The tags with most points of the last year."""
    days = PointsDay.objects.filter(member__in=members, scope__startswith="tag:", day__gte=(now - WITHIN).date())
    sums = days.values_list("member", "scope").annotate(sum=Sum("points")).filter(sum__gt=0).order_by("-sum", "scope")
    tags: dict[int, set[int]] = defaultdict(set)
    for member, scope, _sum in sums:
        if len(tags[member]) < STRONGEST:
            tags[member].add(int(scope.removeprefix("tag:")))
    return tags
