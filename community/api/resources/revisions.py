"""How a post came to be what it is, and the way back."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.resources import posts
from community.api.resources.members import MemberRef
from community.api.resources.posts import PostOut
from community.api.shapes import In, Out
from community.forum import editing
from community.forum.models import Post

NUMBER = {"min_value": 1, "max_value": 2**31 - 1}


class RevisionOut(Out):
    version = serializers.IntegerField()
    author = MemberRef(allow_null=True)
    title = serializers.CharField(help_text="Of an opening.")
    tags = serializers.ListField(source="tag_names", child=serializers.CharField())
    format = serializers.CharField()
    body = serializers.CharField()
    summary = serializers.CharField()
    created_at = serializers.DateTimeField()


class Reversion(In):
    to_version = serializers.IntegerField(**NUMBER)
    version = serializers.IntegerField(**NUMBER, help_text="That stands now.")


class PostRevisions(Resource):
    public = True
    required_scopes = {"GET": scopes.READ}

    @operation("List a post's revisions", name="listRevisions", returns=RevisionOut, page=True)
    def get(self, request: Request, *, post_id: int, query: dict[str, Any]) -> Page:
        """The newest first. A post that came from another site and was never changed may have none."""
        rows = posts.found(request, post_id).revisions.select_related("author")
        return by_keyset(rows, query, order=("-version",))


class PostReversion(Resource):
    required_scopes = {"POST": scopes.POSTS}

    @operation("Bring an older version back", name="revertPost", takes=Reversion, returns=PostOut)
    def post(self, request: Request, *, post_id: int, given: dict[str, Any]) -> Post:
        """As a new revision. By those who may edit the post."""
        editing.revert(posts.found(request, post_id), editor=request.user, **given)
        return get_object_or_404(posts.shown(request), pk=post_id)
