"""What a notification is about, as far as its reader may read it (settings.NOTIFICATION_SOURCES)."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape

from django.utils.html import strip_tags

from community.forum.models import Comment, Post, Topic
from community.forum.text import excerpt
from community.members.models import Member
from community.notifications.sources import Key, Source

LENGTH = 180


def describe(member: Member, keys: Iterable[Key]) -> dict[Key, Source]:
    """Titles, addresses and beginnings; what is gone or not for this member is missing. A query for each kind."""
    ids: dict[str, list[int]] = {}
    for kind, pk in keys:
        ids.setdefault(kind, []).append(pk)
    found: dict[Key, Source] = {}
    for kind, read in _READERS.items():
        if kind in ids:
            found |= {(kind, pk): source for pk, source in read(member, ids[kind]).items()}
    return found


def _posts(member: Member, ids: list[int]) -> dict[int, Source]:
    posts = Post.objects.visible_to(member).filter(pk__in=ids).select_related("topic")
    return {post.pk: _written(post, post.topic) for post in posts.defer("body", "search")}


def _comments(member: Member, ids: list[int]) -> dict[int, Source]:
    comments = Comment.objects.visible_to(member).filter(pk__in=ids).select_related("post__topic")
    rows = comments.defer("body", "post__body", "post__html", "post__search")
    return {comment.pk: _written(comment, comment.post.topic) for comment in rows}


def _topics(member: Member, ids: list[int]) -> dict[int, Source]:
    topics = Topic.objects.visible_to(member).filter(pk__in=ids)
    return {topic.pk: Source(topic.title, topic.get_absolute_url()) for topic in topics}


def _members(member: Member, ids: list[int]) -> dict[int, Source]:
    members = Member.objects.active().filter(pk__in=ids).for_byline()
    return {row.pk: Source(str(row), row.get_absolute_url()) for row in members}


_READERS = {"post": _posts, "comment": _comments, "topic": _topics, "member": _members}


def _written(thing: Post | Comment, topic: Topic) -> Source:
    plain = unescape(strip_tags(thing.html[: LENGTH * 20]))
    return Source(topic.title, thing.get_absolute_url(), excerpt(plain, LENGTH), page=topic.get_absolute_url())
