"""Topics: the feeds, reading one with its opening, starting one; close, pin, move and merge by those who may."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from community.api import scopes
from community.api.base import Resource
from community.api.operations import operation
from community.api.paging import Page, by_keyset
from community.api.resources import posts
from community.api.resources.members import MemberRef
from community.api.resources.posts import PostOut
from community.api.shapes import Id, In, InvalidQuery, Out, SiteUrl
from community.forum import feeds, pages, posting, reading, removing, steering
from community.forum.models import Category, Tag, Topic
from community.forum.models.topics import TopicQuerySet
from community.forum.wording import BODY_MAX, REASON_MAX, TITLE_MAX


class CategoryRef(Out):
    slug = serializers.CharField()
    name = serializers.CharField()


class TopicRow(Out):
    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="question, discussion or article")
    title = serializers.CharField()
    category = CategoryRef()
    tags = serializers.ListField(source="tag_names", child=serializers.CharField())
    author = MemberRef(allow_null=True)
    score = serializers.IntegerField(help_text="Of the opening.")
    replies = serializers.IntegerField(source="reply_count")
    views = serializers.IntegerField()
    accepted = serializers.IntegerField(source="accepted_id", allow_null=True, help_text="The accepted answer's id.")
    unread = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    active_at = serializers.DateTimeField(help_text="The last post or edit.")
    pinned_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    url = SiteUrl()


class TopicOut(TopicRow):
    close_reason = serializers.CharField()
    deleted_at = serializers.DateTimeField(allow_null=True)
    merged_into = serializers.IntegerField(source="merged_into_id", allow_null=True)
    following = serializers.BooleanField(source="followed")
    opening = PostOut(source="shown_opening", allow_null=True, help_text="null once merged into another topic")


class TopicQuery(In):
    feed = serializers.ChoiceField(choices=list(feeds.FEEDS), default="hot")
    period = serializers.ChoiceField(choices=list(feeds.PERIODS), default="all", help_text="Of the feed `top`.")
    category = serializers.CharField(required=False, max_length=60, help_text="Its slug; with its children.")
    tag = serializers.CharField(required=False, max_length=40)
    kind = serializers.ChoiceField(required=False, choices=Topic.Kind.values)
    author = serializers.CharField(required=False, max_length=40, help_text="A username.")
    accepted = serializers.BooleanField(required=False, help_text="With, or without, an accepted answer.")
    closed = serializers.BooleanField(required=False)


class NewTopic(In):
    kind = serializers.ChoiceField(choices=Topic.Kind.values, default="question")
    category = serializers.CharField(max_length=60, help_text="Its slug.")
    title = serializers.CharField(min_length=8, max_length=TITLE_MAX)
    body = serializers.CharField(min_length=10, max_length=BODY_MAX, trim_whitespace=False, help_text="Markdown.")
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=5, default=list)


class Closure(In):
    reason = serializers.CharField(max_length=REASON_MAX, help_text="Readers see it.")


class Move(In):
    category = serializers.CharField(max_length=60, help_text="The slug of where it goes.")


class Merge(In):
    into = Id(help_text="The topic that takes the posts of this one.")


class Reading(In):
    number = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="Of the last post that was read.")


def shown(request: Request, topic_id: int) -> Topic:
    """With its opening and all that TopicOut shows: two queries."""
    rows = feeds.as_rows(pages.topics_for_page(request.user), request.user).defer(None)
    topic = get_object_or_404(rows.select_related("author", "category"), pk=topic_id)
    topic.shown_opening = posts.shown(request).filter(topic=topic, number=0).first()  # type: ignore[attr-defined]
    return topic


def found(request: Request, topic_id: int) -> Topic:
    return get_object_or_404(Topic.objects.visible_to(request.user), pk=topic_id)


class Topics(Resource):
    public = True
    required_scopes = {"GET": scopes.READ, "POST": scopes.POSTS}

    @operation("List topics", name="listTopics", query=TopicQuery, returns=TopicRow, page=True)
    def get(self, request: Request, *, query: dict[str, Any]) -> Page:
        """`following` is of those signed in: topics, tags and members that they follow."""
        listing = feeds.Listing(
            feed=query["feed"], period=query["period"], category=_category(request, query), tag=_tag(query)
        )
        topics = _filtered(listing.topics(request.user), query)
        rows = feeds.as_rows(topics, request.user).defer(None).select_related("author", "category")
        return by_keyset(rows, query, order=listing.order)

    @operation("Start a topic", name="createTopic", takes=NewTopic, returns=TopicOut, status=201, at="api:topic")
    def post(self, request: Request, *, given: dict[str, Any]) -> Topic:
        """A question needs one to five tags, the others none to five."""
        given["category"] = get_object_or_404(Category.objects.open_to(request.user), slug=given["category"])
        return shown(request, posting.start_topic(author=request.user, **given).pk)


def _category(request: Request, query: dict[str, Any]) -> Category | None:
    if "category" not in query:
        return None
    category = Category.objects.readable_by(request.user).filter(slug=query["category"]).first()
    return category or _no("category", _("There is no such category."))


def _tag(query: dict[str, Any]) -> Tag | None:
    """A synonym leads to its tag."""
    if "tag" not in query:
        return None
    tag = Tag.objects.select_related("synonym_of").filter(name__iexact=query["tag"]).first()
    return (tag.synonym_of or tag) if tag else _no("tag", _("There is no such tag."))


def _no(parameter: str, said: str) -> Any:
    raise InvalidQuery({parameter: [ErrorDetail(said, "not_found")]})


def _filtered(topics: TopicQuerySet, query: dict[str, Any]) -> TopicQuerySet:
    if "kind" in query:
        topics = topics.filter(kind=query["kind"])
    if "author" in query:
        topics = topics.filter(author__is_active=True, author__username__iexact=query["author"])
    if "accepted" in query:
        topics = topics.filter(accepted__isnull=not query["accepted"])
    if "closed" in query:
        topics = topics.filter(~Q(closed_at=None) if query["closed"] else Q(closed_at=None))
    return topics


class TopicDetail(Resource):
    public = True
    required_scopes = {"GET": scopes.READ, "DELETE": scopes.POSTS}

    @operation("Read a topic", name="getTopic", returns=TopicOut)
    def get(self, request: Request, *, topic_id: int) -> Topic:
        """With its opening. Changing title, tags and text is changing the opening (`editPost`)."""
        return shown(request, topic_id)

    @operation("Delete a topic", name="deleteTopic")
    def delete(self, request: Request, *, topic_id: int) -> None:
        """It can be restored. By the author while nobody else wrote in it, and by moderators."""
        removing.delete(found(request, topic_id), by=request.user)


class TopicRestoration(Resource):
    required_scopes = {"POST": scopes.POSTS}

    @operation("Restore a topic", name="restoreTopic", returns=TopicOut)
    def post(self, request: Request, *, topic_id: int) -> Topic:
        removing.restore(found(request, topic_id), by=request.user)
        return shown(request, topic_id)


class TopicClosure(Resource):
    required_scopes = {"PUT": scopes.POSTS, "DELETE": scopes.POSTS}

    @operation("Close a topic", name="closeTopic", takes=Closure, returns=TopicOut)
    def put(self, request: Request, *, topic_id: int, given: dict[str, Any]) -> Topic:
        """By the author, moderators and those with the points for it."""
        steering.close(found(request, topic_id), by=request.user, reason=given["reason"])
        return shown(request, topic_id)

    @operation("Reopen a topic", name="reopenTopic")
    def delete(self, request: Request, *, topic_id: int) -> None:
        steering.reopen(found(request, topic_id), by=request.user)


class TopicPin(Resource):
    required_scopes = {"PUT": scopes.MODERATION, "DELETE": scopes.MODERATION}

    @operation("Pin a topic", name="pinTopic")
    def put(self, request: Request, *, topic_id: int) -> None:
        """Above the feed `hot`. By moderators."""
        steering.pin(found(request, topic_id), by=request.user)

    @operation("Unpin a topic", name="unpinTopic")
    def delete(self, request: Request, *, topic_id: int) -> None:
        steering.unpin(found(request, topic_id), by=request.user)


class TopicCategory(Resource):
    required_scopes = {"PUT": scopes.POSTS}

    @operation("Move a topic", name="moveTopic", takes=Move, returns=TopicOut)
    def put(self, request: Request, *, topic_id: int, given: dict[str, Any]) -> Topic:
        """By the author, moderators and those with the points to edit."""
        category = get_object_or_404(Category.objects.open_to(request.user), slug=given["category"])
        steering.move(found(request, topic_id), by=request.user, category=category)
        return shown(request, topic_id)


class TopicMerge(Resource):
    required_scopes = {"POST": scopes.MODERATION}

    @operation("Merge a topic into another", name="mergeTopic", takes=Merge, returns=TopicOut)
    def post(self, request: Request, *, topic_id: int, given: dict[str, Any]) -> Topic:
        """By moderators. The other topic comes back."""
        steering.merge(found(request, topic_id), by=request.user, into=found(request, given["into"]))
        return shown(request, given["into"])


class TopicReading(Resource):
    required_scopes = {"PUT": scopes.READING}

    @operation("Say how far a topic is read", name="readTopic", takes=Reading)
    def put(self, request: Request, *, topic_id: int, given: dict[str, Any]) -> None:
        topic = found(request, topic_id)
        reading.mark_read(topic, member=request.user, number=min(given["number"], topic.last_number))
