"""A member's points: what each rule gave, and, for the member and moderators, the ledger line by line."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, bad_cursor
from community.api.resources import members
from community.api.shapes import In, Out
from community.members.models import Member
from community.points import statement


class RuleSumOut(Out):
    rule = serializers.CharField()
    label = serializers.CharField(help_text="For people, in their language.")
    entries = serializers.IntegerField()
    points = serializers.IntegerField()


class PointsOut(Out):
    points = serializers.IntegerField(help_text="The balance, at least 1.")
    rules = RuleSumOut(many=True)


class CauseOut(Out):
    title = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, cause: Any) -> str:
        return urljoin(settings.SITE_URL, cause.url)


class EntryOut(Out):
    id = serializers.IntegerField(source="entry.pk")
    rule = serializers.CharField(source="entry.rule.name")
    label = serializers.CharField(help_text="For people, in their language.")
    raw = serializers.IntegerField(source="entry.raw", help_text="What the rule gives, before any cap.")
    granted = serializers.IntegerField(source="entry.granted")
    balance = serializers.IntegerField(allow_null=True, help_text="After this entry; null with `rule`.")
    day = serializers.DateField(source="entry.day", help_text="The day that it counts for.")
    at = serializers.DateTimeField(source="entry.at")
    reversal_of = serializers.IntegerField(source="entry.reversal_of_id", allow_null=True)
    cause = CauseOut(allow_null=True)


class EntryQuery(In):
    rule = serializers.SlugField(required=False, max_length=40)


class MemberPoints(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("Read a member's points", name="getPoints", returns=PointsOut)
    def get(self, request: Request, *, username: str) -> dict[str, Any]:
        member = members.named(username)
        if not (member.profile_public or request.user.is_authenticated):
            raise NotAuthenticated
        return {"points": member.points, "rules": statement.sums(member)}


class MemberEntries(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation(
        "List the entries of a member's ledger", name="listEntries", query=EntryQuery, returns=EntryOut, page=True
    )
    def get(self, request: Request, *, username: str, query: dict[str, Any]) -> Page:
        """One's own; moderators read anyone's."""
        member: Member = members.named(username)
        if member.pk != request.user.pk and not request.user.moderates:
            raise PermissionDenied(_("These lines are for the member and the moderators."))
        try:
            page = statement.read(
                member,
                viewer=request.user,
                rule=query.get("rule", ""),
                cursor=query.get("cursor"),
                size=query["page_size"],
            )
        except Http404 as error:
            raise bad_cursor() from error
        return Page(page.lines, page.after)
