"""What an event is about, as a link to the forum's page: all of a timeline by one query for each kind of thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from community.forum.models import Comment, Post, Tag, Topic
from community.members.models import Badge, Member

Thing = tuple[str, int]  # kind and id, as events have them


class Link(NamedTuple):
    words: str
    address: str  # empty where there is no page


def links(things: Iterable[Thing], viewer: Any) -> dict[Thing, Link]:
    """Of those that are there and that the viewer may read."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, pk in things:
        ids[kind].add(pk)
    return {
        (kind, pk): link for kind in ids if kind in _FINDERS for pk, link in _FINDERS[kind](ids[kind], viewer).items()
    }


def _topics(ids: set[int], viewer: Any) -> Mapping[int, Link]:
    rows = Topic.objects.visible_to(viewer).filter(pk__in=ids).only("title", "slug")
    return {topic.pk: Link(topic.title, topic.get_absolute_url()) for topic in rows}


def _posts(ids: set[int], viewer: Any) -> Mapping[int, Link]:
    rows = Post.objects.visible_to(viewer).filter(pk__in=ids).select_related("topic").only("number", "topic__title")
    return {post.pk: Link(_post(post), post.get_absolute_url()) for post in rows}


def _post(post: Post) -> str:
    return (
        post.topic.title
        if post.is_opening
        else _("Post %(n)d of “%(title)s”") % {"n": post.number, "title": post.topic.title}
    )


def _comments(ids: set[int], viewer: Any) -> Mapping[int, Link]:
    rows = Comment.objects.visible_to(viewer).filter(pk__in=ids).only("body")
    return {row.pk: Link(Truncator(row.body).chars(60), row.get_absolute_url()) for row in rows}


def _members(ids: set[int], viewer: Any) -> Mapping[int, Link]:
    rows = Member.objects.filter(pk__in=ids).for_byline()
    return {member.pk: Link(str(member), member.get_absolute_url()) for member in rows}


def _tags(ids: set[int], viewer: Any) -> Mapping[int, Link]:
    return {tag.pk: Link(tag.name, tag.get_absolute_url()) for tag in Tag.objects.filter(pk__in=ids).only("name")}


def _badges(ids: set[int], viewer: Any) -> Mapping[int, Link]:
    return {pk: Link(name, "") for pk, name in Badge.objects.filter(pk__in=ids).values_list("pk", "name")}


_FINDERS = {
    "topic": _topics,
    "post": _posts,
    "comment": _comments,
    "member": _members,
    "tag": _tags,
    "badge": _badges,
}
