"""Posts that a member keeps."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.resources import posts
from community.api.resources.members import MemberRef
from community.api.shapes import Out, SiteUrl
from community.forum import keeping
from community.forum.models import Bookmark, Post


class PostRef(Out):
    id = serializers.IntegerField()
    topic = serializers.IntegerField(source="topic_id")
    title = serializers.CharField(source="topic.title")
    number = serializers.IntegerField()
    author = MemberRef(allow_null=True)
    score = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    url = SiteUrl()


class BookmarkOut(Out):
    post = PostRef()
    created_at = serializers.DateTimeField()


class Bookmarks(Resource):
    required_scopes = {"GET": scopes.READ}

    @operation("List one's bookmarks", name="listBookmarks", returns=BookmarkOut, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        readable = Post.objects.visible_to(request.user).standing()
        mine = Bookmark.objects.filter(member=request.user.pk, post__in=readable.values("pk"))
        rows = mine.select_related("post__topic", "post__author").defer("post__body", "post__html", "post__search")
        return by_keyset(rows, query, order=("-created_at", "-id"))


class PostBookmark(Resource):
    required_scopes = {"PUT": scopes.READING, "DELETE": scopes.READING}

    @operation("Bookmark a post", name="bookmark")
    def put(self, request: Request, *, post_id: int) -> None:
        keeping.bookmark(posts.found(request, post_id), member=request.user)

    @operation("Drop a bookmark", name="unbookmark")
    def delete(self, request: Request, *, post_id: int) -> None:
        keeping.unbookmark(posts.found(request, post_id), member=request.user)
