"""Who has the most points: of a day, week, month, year or all time; of the site, a category or a tag."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, number_of, numbered
from community.api.resources.members import MemberRef
from community.api.shapes import In, InvalidQuery, Out
from community.members.models import Member
from community.points import periods
from community.points import scopes as boards
from community.points.boards import ranked, standings
from community.points.models import SITE


class PlaceOut(Out):
    rank = serializers.IntegerField(help_text="Equal points share a rank.")
    points = serializers.IntegerField(help_text="Of the period.")
    change = serializers.IntegerField(help_text="Ranks won (or lost) since yesterday.")
    member = MemberRef()


class MyPlaceOut(Out):
    rank = serializers.IntegerField(allow_null=True, help_text="null for who is not on the board")
    points = serializers.IntegerField()
    change = serializers.IntegerField()
    gap = serializers.IntegerField(allow_null=True, help_text="Points to the next above.")
    next_rank = serializers.IntegerField(allow_null=True)


class BoardQuery(In):
    period = serializers.ChoiceField(choices=periods.NAMES, default="week")
    category = serializers.CharField(required=False, max_length=60, help_text="The board of a category, by its slug.")
    tag = serializers.CharField(required=False, max_length=40, help_text="The board of a tag.")


def _scope(request: Request, query: dict[str, Any]) -> str:
    given = [(kind, query[kind]) for kind in ("category", "tag") if kind in query]
    if not given:
        return SITE
    if len(given) > 1:
        raise InvalidQuery({"tag": [ErrorDetail(_("A board is of a category or of a tag."), "invalid")]})
    kind, slug = given[0]
    if found := boards.find(kind, slug, request.user):
        return found.key
    raise InvalidQuery({kind: [ErrorDetail(_("There is no such board."), "not_found")]})


class Leaderboard(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("Read a leaderboard", name="getLeaderboard", query=BoardQuery, returns=PlaceOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        """Days and weeks are those of the site's time zone; weeks begin on Monday."""
        number, size = number_of(query, most=1_000_000), query["page_size"]
        period = periods.current(query["period"])
        found = standings.read(_scope(request, query), period, page=number, size=size)
        members = ranked.bylines(place.member_id for place in found.rows)
        rows = [_row(place, members[place.member_id]) for place in found.rows if place.member_id in members]
        return numbered(rows, number=number, more=number * size < found.length)


def _row(place: standings.Place, member: Member) -> dict[str, Any]:
    return {"rank": place.rank, "points": place.points, "change": place.change, "member": member}


class MyPlace(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation("Read one's own place", name="getMyPlace", query=BoardQuery, returns=MyPlaceOut)
    def get(self, request: Request, *, query: dict[str, Any]) -> Any:
        """Without points in the period, or not wanting to be shown, one is not on the board."""
        period = periods.current(query["period"])
        found = standings.read(_scope(request, query), period, size=1, member_id=request.user.pk)
        return found.mine or {"rank": None, "points": 0, "change": 0, "gap": None, "next_rank": None}
