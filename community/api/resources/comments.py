"""Comments on questions and their answers."""

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
from community.api.shapes import In, Out, SiteUrl
from community.forum import commenting, removing
from community.forum.models import Comment
from community.forum.models.posts import CommentQuerySet
from community.forum.wording import COMMENT_MAX


class CommentOut(Out):
    id = serializers.IntegerField()
    post = serializers.IntegerField(source="post_id")
    author = MemberRef(allow_null=True)
    body = serializers.CharField()
    html = serializers.CharField()
    score = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Send it back with a change.")
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    url = SiteUrl()


class NewComment(In):
    body = serializers.CharField(min_length=5, max_length=COMMENT_MAX)


class CommentChange(NewComment):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="That you read and changed.")


def shown(request: Request) -> CommentQuerySet:
    return Comment.objects.visible_to(request.user).select_related("author")


def found(request: Request, pk: int) -> Comment:
    return get_object_or_404(shown(request), pk=pk)


class PostComments(Resource):
    public = True
    required_scopes = {"GET": scopes.READ, "POST": scopes.POSTS}

    @operation("List a post's comments", name="listComments", returns=CommentOut, page=True)
    def get(self, request: Request, *, post_id: int, query: dict[str, Any]) -> Page:
        post = posts.found(request, post_id)
        return by_keyset(shown(request).filter(post=post), query, order=("created_at", "id"))

    @operation(
        "Comment on a post", name="createComment", takes=NewComment, returns=CommentOut, status=201, at="api:comment"
    )
    def post(self, request: Request, *, post_id: int, given: dict[str, Any]) -> Comment:
        """On what is one's own always; else it takes points."""
        return commenting.comment(posts.found(request, post_id), author=request.user, body=given["body"])


class CommentDetail(Resource):
    public = True
    required_scopes = {"GET": scopes.READ, "PATCH": scopes.POSTS, "DELETE": scopes.POSTS}

    @operation("Read a comment", name="getComment", returns=CommentOut)
    def get(self, request: Request, *, comment_id: int) -> Comment:
        return found(request, comment_id)

    @operation("Change a comment", name="editComment", takes=CommentChange, returns=CommentOut)
    def patch(self, request: Request, *, comment_id: int, given: dict[str, Any]) -> Comment:
        """One's own, or as a moderator anyone's. 409 where somebody edited it meanwhile."""
        commenting.edit_comment(found(request, comment_id), editor=request.user, **given)
        return found(request, comment_id)

    @operation("Delete a comment", name="deleteComment")
    def delete(self, request: Request, *, comment_id: int) -> None:
        removing.delete(found(request, comment_id), by=request.user)


class CommentRestoration(Resource):
    required_scopes = {"POST": scopes.POSTS}

    @operation("Restore a comment", name="restoreComment", returns=CommentOut)
    def post(self, request: Request, *, comment_id: int) -> Comment:
        removing.restore(found(request, comment_id), by=request.user)
        return found(request, comment_id)
