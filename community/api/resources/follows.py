"""What a member follows: topics, tags and other members."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.resources import members, tags, topics
from community.api.resources.members import MemberRef
from community.api.shapes import In, Out, SiteUrl
from community.forum import keeping
from community.forum.models import Follow, Topic

KINDS = {"topic": "topic", "tag": "tag", "member": "followed"}


class FollowedTopic(Out):
    id = serializers.IntegerField()
    title = serializers.CharField()
    url = SiteUrl()


class FollowedTag(Out):
    id = serializers.IntegerField()
    name = serializers.CharField()
    url = SiteUrl()


class FollowOut(Out):
    """One of the three; the others are null."""

    topic = FollowedTopic(allow_null=True)
    tag = FollowedTag(allow_null=True)
    member = MemberRef(source="followed", allow_null=True)
    created_at = serializers.DateTimeField()


class FollowQuery(In):
    kind = serializers.ChoiceField(required=False, choices=list(KINDS))


class Follows(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation("List what one follows", name="listFollows", query=FollowQuery, returns=FollowOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        readable = Q(topic=None) | Q(topic__in=Topic.objects.visible_to(request.user).listed().values("pk"))
        there = Q(followed=None) | Q(followed__is_active=True)
        mine = Follow.objects.filter(readable & there, member=request.user.pk)
        if "kind" in query:
            mine = mine.exclude(**{KINDS[query["kind"]]: None})
        return by_keyset(mine.select_related("topic", "tag", "followed"), query, order=("-created_at", "-id"))


class TopicFollow(Resource):
    required_scopes = {"PUT": scopes.READING, "DELETE": scopes.READING}

    @operation("Follow a topic", name="followTopic")
    def put(self, request: Request, *, topic_id: int) -> None:
        keeping.follow(topics.found(request, topic_id), member=request.user)

    @operation("Unfollow a topic", name="unfollowTopic")
    def delete(self, request: Request, *, topic_id: int) -> None:
        keeping.unfollow(topics.found(request, topic_id), member=request.user)


class TagFollow(Resource):
    required_scopes = {"PUT": scopes.READING, "DELETE": scopes.READING}

    @operation("Follow a tag", name="followTag")
    def put(self, request: Request, *, tag: str) -> None:
        keeping.follow(tags.named(tag), member=request.user)

    @operation("Unfollow a tag", name="unfollowTag")
    def delete(self, request: Request, *, tag: str) -> None:
        keeping.unfollow(tags.named(tag), member=request.user)


class MemberFollow(Resource):
    required_scopes = {"PUT": scopes.READING, "DELETE": scopes.READING}

    @operation("Follow a member", name="followMember")
    def put(self, request: Request, *, username: str) -> None:
        keeping.follow(members.named(username), member=request.user)

    @operation("Unfollow a member", name="unfollowMember")
    def delete(self, request: Request, *, username: str) -> None:
        keeping.unfollow(members.named(username), member=request.user)
