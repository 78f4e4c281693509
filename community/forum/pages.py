"""What a topic's page shows, in a number of queries that does not grow with the topic."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Exists, ExpressionWrapper, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.expressions import OrderBy

from community.arrays import in_array
from community.forum.models import Bookmark, Comment, Follow, Post, Topic, Vote
from community.forum.models.posts import CommentQuerySet, PostQuerySet
from community.forum.models.topics import TopicQuerySet
from community.prepared import Asked, Prepared, kind_of, known_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.members.models import Member

PAGE = 20
COMMENTS_SHOWN = 200  # on one page; a post with more is read on its own page


@dataclass(frozen=True)
class TopicPage:
    topic: Topic
    opening: Post
    replies: list[Post]
    number: int
    pages: int
    order: str = "confidence"
    comments: dict[int, list[Comment]] = field(default_factory=dict)


def topics_for_page(member: Member | AnonymousUser) -> TopicQuerySet:
    topics = Topic.objects.visible_to(member).with_tag_names()
    topics = topics.select_related("category__parent")
    if not member.is_authenticated:
        return topics.annotate(followed=Value(False, output_field=BooleanField()))
    return topics.annotate(followed=Exists(Follow.objects.filter(member=member.pk, topic=OuterRef("pk"))))


def find_topic(pk: int, member: Member | AnonymousUser) -> Topic | None:
    return _topic(kind_of(member)).first(topic=pk, **known_of(member))


@cache
def _topic(reader: Member | AnonymousUser) -> Prepared[Topic]:
    return Prepared(topics_for_page(reader).filter(pk=Asked("topic")))


def with_mine(posts: PostQuerySet, member: Member | AnonymousUser) -> PostQuerySet:
    """With the member's own vote (1, -1, None) and bookmark."""
    if not member.is_authenticated:
        none = Value(None, output_field=IntegerField(null=True))
        return posts.annotate(my_vote=none, bookmarked=Value(False, output_field=BooleanField()))
    vote = Vote.objects.filter(member=member.pk, post=OuterRef("pk")).values("value")
    mark = Bookmark.objects.filter(member=member.pk, post=OuterRef("pk"))
    return posts.annotate(my_vote=Subquery(vote), bookmarked=Exists(mark))


def posts_of(topic: Topic, member: Member | AnonymousUser) -> PostQuerySet:
    """Whoever may open the topic may read its posts, but for the deleted and hidden ones of others."""
    return _shown(topic.posts.all(), member)


def _shown(posts: PostQuerySet, member: Member | AnonymousUser) -> PostQuerySet:
    posts = with_mine(posts.for_page(), member)
    return posts if getattr(member, "moderates", False) else posts.filter(_standing(member))


def _standing(member: Member | AnonymousUser) -> Q:
    """Members also see what they themselves took back."""
    standing = Q(deleted_at=None, hidden_at=None)
    return standing | Q(author=member.pk) if member.is_authenticated else standing


def _ordered(posts: PostQuerySet, order: str, accepted: object) -> PostQuerySet:
    """The opening first, then the replies."""
    if order == "oldest":
        return posts.order_by("number")  # an index walk, however long the topic
    if order == "newest":
        return posts.order_by(_first(number=0), "-number")
    return posts.order_by(_first(number=0), _first(pk=accepted), "-confidence", "number")


def _first(**condition: object) -> OrderBy:
    return ExpressionWrapper(Q(**condition), BooleanField()).desc()


def topic_page(topic: Topic, member: Member | AnonymousUser, *, number: int = 1, order: str = "") -> TopicPage:
    """Two queries on the first page: the opening with its replies, and the comments on them; three on another."""
    order = order if topic.is_question or order != "confidence" else ""
    order = order or ("confidence" if topic.is_question else "oldest")
    opening, replies = _posts_on(topic, member, number, order)
    pages = max(1, -(-topic.reply_count // PAGE))
    comments = comments_of([opening, *replies], member) if topic.is_question else {}
    return TopicPage(topic, opening, replies, number, max(pages, number if replies else 1), order, comments)


def _posts_on(topic: Topic, member: Member | AnonymousUser, number: int, order: str) -> tuple[Post, list[Post]]:
    if number > 1:
        posts = posts_of(topic, member)
        start = (number - 1) * PAGE + 1
        return posts.get(number=0), list(_ordered(posts, order, topic.accepted_id)[start : start + PAGE])
    known = known_of(member)
    opening, *replies = _first_page(kind_of(member), order).rows(topic=topic.pk, accepted=topic.accepted_id, **known)
    return opening, replies


@cache
def _first_page(reader: Member | AnonymousUser, order: str) -> Prepared[Post]:
    posts = _shown(Post.objects.filter(topic=Asked("topic")), reader)
    return Prepared(_ordered(posts, order, Asked("accepted"))[: PAGE + 1])


def comments_of(posts: list[Post], member: Member | AnonymousUser) -> dict[int, list[Comment]]:
    """The comments on posts that this member may read, by post, in order of time: at most one query."""
    # `comment_count` knows of standing comments only; members also see what they themselves took back.
    ids = [post.pk for post in posts if post.comment_count or member.is_authenticated]
    if not ids:
        return {}
    found: dict[int, list[Comment]] = defaultdict(list)
    for comment in _comments(kind_of(member)).rows(posts=ids, **known_of(member)):
        found[comment.post_id].append(comment)
    return dict(found)


@cache
def _comments(reader: Member | AnonymousUser) -> Prepared[Comment]:
    comments: CommentQuerySet = Comment.objects.filter(in_array(Asked("posts"), "post"))
    if not getattr(reader, "moderates", False):
        comments = comments.filter(_standing(reader))
    return Prepared(comments.for_page().in_order()[:COMMENTS_SHOWN])


def page_of(post: Post) -> int:
    """On which page of its topic, in the usual order, a post stands."""
    if post.number == 0:
        return 1
    topic = post.topic
    replies = topic.posts.standing().replies()
    if topic.is_question:
        if post.pk == topic.accepted_id:
            return 1
        better = Q(confidence__gt=post.confidence) | Q(confidence=post.confidence, number__lt=post.number)
        before = replies.filter(Q(pk=topic.accepted_id) | better)
    else:
        before = replies.filter(number__lt=post.number)
    return before.count() // PAGE + 1
