"""Posts: a topic's opening (number 0), its answers or replies; read, written, changed, taken away and brought back."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.resources.members import MemberRef
from community.api.shapes import Id, In, Out, SiteUrl
from community.forum import editing, pages, posting, removing
from community.forum.models import Post, Topic
from community.forum.models.posts import PostQuerySet
from community.forum.wording import BODY_MAX, TITLE_MAX

ORDERS = {"best": ("-lead", "-confidence", "number"), "oldest": ("number",), "newest": ("-number",)}


class PostOut(Out):
    id = serializers.IntegerField()
    topic = serializers.IntegerField(source="topic_id")
    number = serializers.IntegerField(help_text="0 is the topic's opening.")
    author = MemberRef(allow_null=True)
    in_reply_to = serializers.IntegerField(source="in_reply_to_id", allow_null=True)
    format = serializers.CharField(help_text="markdown or html")
    body = serializers.CharField(help_text="The source, as written.")
    html = serializers.CharField(help_text="Rendered and sanitised.")
    version = serializers.IntegerField(help_text="Send it back with a change.")
    wiki = serializers.BooleanField()
    score = serializers.IntegerField()
    accepted = serializers.SerializerMethodField()
    comments = serializers.IntegerField(source="comment_count")
    my_vote = serializers.IntegerField(allow_null=True, help_text="1, -1 or null")
    bookmarked = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    url = SiteUrl()

    def get_accepted(self, post: Post) -> bool:
        return post.topic.accepted_id == post.pk


class NewPost(In):
    body = serializers.CharField(min_length=10, max_length=BODY_MAX, trim_whitespace=False)
    in_reply_to = Id(required=False, allow_null=True, help_text="A post of the same discussion or article.")


class PostChange(In):
    """`title` and `tags` only of a topic's opening; what is left out stays."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="That you read and changed.")
    body = serializers.CharField(required=False, min_length=10, max_length=BODY_MAX, trim_whitespace=False)
    title = serializers.CharField(required=False, min_length=8, max_length=TITLE_MAX)
    tags = serializers.ListField(required=False, child=serializers.CharField(max_length=40), max_length=5)
    summary = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")


class PostsQuery(In):
    order = serializers.ChoiceField(
        choices=list(ORDERS), default="oldest", help_text="best: the opening, the accepted one, then by votes."
    )


def shown(request: Request) -> PostQuerySet:
    """The posts that this member may read, with all that PostOut shows, in the one query."""
    posts = pages.with_mine(Post.objects.visible_to(request.user), request.user)
    return posts.select_related("author", "topic").defer("search")


def found(request: Request, pk: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(request.user).select_related("topic"), pk=pk)


class TopicPosts(Resource):
    public = True
    required_scopes = {"GET": scopes.READ, "POST": scopes.POSTS}

    @operation("List a topic's posts", name="listPosts", query=PostsQuery, returns=PostOut, page=True)
    def get(self, request: Request, *, topic_id: int, query: dict[str, Any]) -> Page:
        topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=topic_id)
        posts = shown(request).filter(topic=topic).annotate(lead=_lead(topic))
        return by_keyset(posts, query, order=ORDERS[query["order"]])

    @operation("Answer or reply", name="createPost", takes=NewPost, returns=PostOut, status=201, at="api:post")
    def post(self, request: Request, *, topic_id: int, given: dict[str, Any]) -> Post:
        """Answers a question; replies in a discussion or below an article."""
        topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=topic_id)
        to = given.get("in_reply_to")
        in_reply_to = get_object_or_404(shown(request), topic=topic, pk=to) if to else None
        made = posting.answer(topic, author=request.user, body=given["body"], in_reply_to=in_reply_to)
        return shown(request).get(pk=made.pk)


def _lead(topic: Topic) -> Case:
    first = [When(number=0, then=2), When(Q(pk=topic.accepted_id), then=1)]
    return Case(*first, default=Value(0), output_field=IntegerField())


class PostDetail(Resource):
    public = True
    required_scopes = {"GET": scopes.READ, "PATCH": scopes.POSTS, "DELETE": scopes.POSTS}

    @operation("Read a post", name="getPost", returns=PostOut)
    def get(self, request: Request, *, post_id: int) -> Post:
        return get_object_or_404(shown(request), pk=post_id)

    @operation("Change a post", name="editPost", takes=PostChange, returns=PostOut)
    def patch(self, request: Request, *, post_id: int, given: dict[str, Any]) -> Post:
        """One's own, or with enough points anyone's. 409 where somebody edited it meanwhile."""
        post = found(request, post_id)
        editing.edit(post, editor=request.user, **{"body": post.body, "format": _format(post, given)} | given)
        return shown(request).get(pk=post_id)

    @operation("Delete a post", name="deletePost")
    def delete(self, request: Request, *, post_id: int) -> None:
        """It can be restored. With a topic's opening goes the topic."""
        removing.delete(found(request, post_id), by=request.user)


def _format(post: Post, given: dict[str, Any]) -> str:
    """What is written here is Markdown; a text that stays keeps its own format."""
    return "markdown" if "body" in given else post.format


class PostRestoration(Resource):
    required_scopes = {"POST": scopes.POSTS}

    @operation("Restore a post", name="restorePost", returns=PostOut)
    def post(self, request: Request, *, post_id: int) -> Post:
        removing.restore(found(request, post_id), by=request.user)
        return get_object_or_404(shown(request), pk=post_id)
