"""Flags: members call a moderator to a post or comment; moderators read them and decide."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.resources import comments, posts
from community.api.shapes import In, Out
from community.forum.denied import check_moderates
from community.moderation import flagging
from community.moderation.judging import Verdict, judge
from community.moderation.models import Flag, FlagQuerySet


class FlagOut(Out):
    id = serializers.IntegerField()
    post = serializers.IntegerField(source="post_id", allow_null=True)
    comment = serializers.IntegerField(source="comment_id", allow_null=True)
    reason = serializers.CharField()
    note = serializers.CharField()
    state = serializers.CharField(help_text="open, agreed or declined")
    created_at = serializers.DateTimeField()


class NewFlag(In):
    reason = serializers.ChoiceField(choices=Flag.Reason.values)
    note = serializers.CharField(required=False, max_length=500, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["reason"] == Flag.Reason.OTHER and not attrs["note"].strip():
            raise serializers.ValidationError({"note": _("Say in a few words what is wrong.")})
        return attrs


class VerdictIn(In):
    verdict = serializers.ChoiceField(choices=[str(one) for one in Verdict])
    reason = serializers.CharField(required=False, max_length=500, allow_blank=True, default="")


class FlagQuery(In):
    state = serializers.ChoiceField(required=False, choices=Flag.State.values)


def readable(request: Request) -> FlagQuerySet:
    """One's own; to moderators all."""
    flags = Flag.objects.all()
    return flags if request.user.moderates else flags.filter(member=request.user.pk)


class Flags(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation("List flags", name="listFlags", query=FlagQuery, returns=FlagOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        """One's own; to moderators all."""
        flags = readable(request)
        if "state" in query:
            flags = flags.filter(state=query["state"])
        return by_keyset(flags, query, order=("-id",))


class FlagVerdict(Resource):
    required_scopes = {"PUT": scopes.MODERATION}

    @operation("Decide about a flag", name="judgeFlag", takes=VerdictIn, returns=FlagOut)
    def put(self, request: Request, *, flag_id: int, given: dict[str, Any]) -> Flag:
        """By moderators: hide or delete the thing, agree (dealt with otherwise) or decline; all its open flags."""
        flag = get_object_or_404(readable(request).select_related("post", "comment"), pk=flag_id)
        check_moderates(request.user)
        judge(flag, Verdict(given["verdict"]), by=request.user, reason=given["reason"])
        flag.refresh_from_db()
        return flag


class PostFlags(Resource):
    required_scopes = {"POST": scopes.FLAGS}

    @operation("Flag a post", name="flagPost", takes=NewFlag, returns=FlagOut, status=201)
    def post(self, request: Request, *, post_id: int, given: dict[str, Any]) -> Flag:
        """Flagged again, the open flag says the new reason."""
        return flagging.flag(posts.found(request, post_id), member=request.user, **given)


class CommentFlags(Resource):
    required_scopes = {"POST": scopes.FLAGS}

    @operation("Flag a comment", name="flagComment", takes=NewFlag, returns=FlagOut, status=201)
    def post(self, request: Request, *, comment_id: int, given: dict[str, Any]) -> Flag:
        return flagging.flag(comments.found(request, comment_id), member=request.user, **given)
