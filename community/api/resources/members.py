"""Members: the directory, and what a member shows of themselves. Addresses of mail and settings are not there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.shapes import In, Out, SiteUrl
from community.forum import profiles
from community.members.models import Member
from community.members.views import ORDERS


class MemberRef(Out):
    """Who wrote or did a thing; null in its place is a former member."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField(source="__str__")
    points = serializers.IntegerField()
    is_moderator = serializers.BooleanField()
    avatar = serializers.SerializerMethodField()
    url = SiteUrl()

    def get_avatar(self, member: Member) -> str | None:
        return urljoin(settings.SITE_URL, member.avatar.url) if member.avatar else None

    def to_representation(self, instance: Member) -> Any:
        return super().to_representation(instance) if instance.is_active else None


class MemberRow(MemberRef):
    location = serializers.CharField()
    joined_at = serializers.DateTimeField(source="date_joined")


class Counts(Out):
    topics = serializers.IntegerField()
    answers = serializers.IntegerField()
    accepted = serializers.IntegerField()


class Strength(Out):
    tag = serializers.CharField(source="name")
    score = serializers.IntegerField()
    posts = serializers.IntegerField()


class Badge(Out):
    name = serializers.CharField()
    description = serializers.CharField()
    rank = serializers.CharField(help_text="gold, silver or bronze")
    times = serializers.IntegerField()


class Activity(Out):
    counts = Counts()
    strengths = Strength(many=True)


class MemberOut(MemberRow):
    bio_html = serializers.CharField()
    website = serializers.CharField()
    following = serializers.BooleanField(source="followed")
    badges = Badge(many=True, source="shown_badges")
    activity = Activity(allow_null=True, help_text="null where the member keeps it from people not signed in")


class MemberQuery(In):
    q = serializers.CharField(required=False, max_length=40, help_text="Usernames that begin like this.")
    order = serializers.ChoiceField(choices=list(ORDERS), default="active", help_text="With `q`, by name.")


def named(username: str) -> Member:
    return get_object_or_404(Member.objects.active().named(username))


class Members(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("List members", name="listMembers", query=MemberQuery, returns=MemberRow, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        order = "name" if "q" in query else query["order"]
        members = Member.objects.listed_for(request.user) if order == "active" else Member.objects.active()
        if "q" in query:
            members = members.starting_with(query["q"])
        return by_keyset(members.for_list(), query, order=ORDERS[order])


class MemberDetail(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("Read a member", name="getMember", returns=MemberOut)
    def get(self, request: Request, *, username: str) -> Member:
        member = get_object_or_404(profiles.profiles_for(request.user).active().named(username))
        member.shown_badges = profiles.badges(member)  # type: ignore[attr-defined]
        member.activity = _activity(member, request)  # type: ignore[attr-defined]
        return member


def _activity(member: Member, request: Request) -> dict[str, Any] | None:
    if not (member.profile_public or request.user.is_authenticated):
        return None
    posts = profiles.posts_of(member, request.user)
    return {"counts": profiles.counts(posts), "strengths": profiles.strengths(posts)}
