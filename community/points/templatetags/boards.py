"""The first five of the week, else of all time, for the rail of every page; points with their sign."""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.core.cache import cache
from django.template.context import Context
from django.utils.formats import number_format

from community.members.models import Member
from community.points import periods
from community.points.boards import standings
from community.points.boards.standings import Place
from community.points.models import SITE

register = template.Library()

SIZE = 5
SECONDS = 30
Top = list[tuple[Place, Member]]


@register.filter
def signed(points: int) -> str:
    """+10, −2 with a minus sign, 0."""
    sign = "+" if points > 0 else "−" if points < 0 else ""
    return f"{sign}{number_format(abs(points), force_grouping=True)}"


@register.inclusion_tag("points/_week.html", takes_context=True)
def week_board(context: Context) -> dict[str, Any]:
    """No query when warm: the five come from the cache, one's own place from Redis."""
    period = periods.current("week")
    top = _kept(period)
    if not top:  # a quiet week, or a community imported long after its days
        period = periods.current("all")
        top = _kept(period)
    user = context.get("user")
    mine = _mine(period, user.pk) if user and user.is_authenticated else None
    if mine and any(place.member_id == mine.member_id for place, _member in top):
        mine = None
    return {"top": top, "mine": mine, "user": user, "period": period.name}


def _kept(period: periods.Period) -> Top:
    return cast(Top, cache.get_or_set(f"rail_board:{period.key}", lambda: _top(period), SECONDS))


def _top(period: periods.Period) -> Top:
    places = standings.read(SITE, period, size=SIZE).rows
    members = Member.objects.ranked().for_byline().in_bulk([place.member_id for place in places])
    return [(place, members[place.member_id]) for place in places if place.member_id in members]


def _mine(period: periods.Period, member_id: int) -> Place | None:
    return standings.read(SITE, period, member_id=member_id, size=1).mine
