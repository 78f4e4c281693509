"""The first five of the week, else of all time, for the rail of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from community.members.models import Member
from community.nearby import cache
from community.points import periods
from community.points.boards import ranked, standings
from community.points.boards.standings import Place
from community.points.models import SITE

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

SIZE = 5
SECONDS = 30
Top = list[tuple[Place, Member]]


def week_board(member: Member | AnonymousUser) -> tuple[Top, Place | None, str]:
    """(the five, the member's own place unless among them, the period). No query when warm."""
    period = periods.current("week")
    top = _kept(period)
    if not top:  # a quiet week, or a community imported long after its days
        period = periods.current("all")
        top = _kept(period)
    mine = _mine(period, member.pk) if top and member.is_authenticated else None
    if mine and any(place.member_id == mine.member_id for place, _member in top):
        mine = None
    return top, mine, period.name


def _kept(period: periods.Period) -> Top:
    return cast(Top, cache.get_or_set(f"rail_board:{period.key}", lambda: _top(period), SECONDS))


def _top(period: periods.Period) -> Top:
    places = standings.read(SITE, period, size=SIZE).rows
    members = ranked.bylines(place.member_id for place in places)
    return [(place, members[place.member_id]) for place in places if place.member_id in members]


def _mine(period: periods.Period, member_id: int) -> Place | None:
    return standings.read(SITE, period, member_id=member_id, size=1).mine
