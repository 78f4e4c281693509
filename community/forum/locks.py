"""Locks, in the one order that all verbs keep: members by id, topics by id, posts. So no two of them deadlock."""

from __future__ import annotations

from community.forum.denied import Denied, check_may_write
from community.forum.models import Post, Topic
from community.members.models import Member


def writer(member: Member) -> Member:
    """The member's row, locked and fresh, of someone who may write; Denied otherwise."""
    return writer_and(member)[0]


def writer_and(member: Member, *others: int | None) -> tuple[Member, dict[int, Member]]:
    """The same where the points of others are concerned too: all rows, locked, by id."""
    rows = Member.objects.lock([member.pk, *others])
    if member.pk not in rows:
        raise Denied("no such member")
    check_may_write(rows[member.pk])
    return rows[member.pk], rows


def topic(pk: int) -> Topic:
    return topics(pk)[pk]


def topics(*pks: int) -> dict[int, Topic]:
    """Locked in id order, with their categories. KeyError-free: each id given must exist."""
    rows = Topic.objects.select_for_update(no_key=True, of=("self",)).select_related("category__parent", "author")
    return {row.pk: row for row in rows.filter(pk__in=pks).order_by("pk")}


def post(pk: int) -> Post:
    """The post, locked after its topic (which comes with it, locked and fresh)."""
    while True:
        topic_id = Post.objects.values_list("topic", flat=True).get(pk=pk)
        place = topic(topic_id)
        row = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=pk)
        if row.topic_id == topic_id:
            row.topic = place
            return row
        # A merge moved it between the two reads: now take the lock of its new topic.
