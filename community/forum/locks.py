"""Locks, in the one order that all verbs keep: members by id, topics by id, posts. So no two of them deadlock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from community.forum import visitors
from community.forum.denied import Denied, check_may_write
from community.forum.models import Comment, Post, Topic
from community.members.models import Member

Given = ParamSpec("Given")
Result = TypeVar("Result")
TRIES = 5


class Moved(Exception):
    """Whom an act concerns changed before their rows were locked."""


def settled(verb: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run a verb in a transaction, and again from the start, its locks released, where it raises Moved."""

    @wraps(verb)
    def wrapped(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        for _attempt in range(TRIES):
            with suppress(Moved), transaction.atomic():
                return verb(*args, **kwargs)
        raise Denied(_("Others are changing this at the same moment. Please try again."))

    return wrapped


def writer(member: Member) -> Member:
    """The member's row, locked and fresh, of someone who may write; Denied otherwise."""
    return writer_and(member)[0]


def writer_and(member: Member, *others: int | None) -> tuple[Member, dict[int, Member]]:
    """The same where the points of others are concerned too: all rows, locked, by id."""
    rows = Member.objects.lock([member.pk, *others])
    if member.pk not in rows:
        raise Denied(_("Sign in to take part."))
    check_may_write(rows[member.pk])
    return rows[member.pk], rows


def topic(pk: int) -> Topic:
    return topics(pk)[pk]


def topics(*pks: int) -> dict[int, Topic]:
    """Locked in id order, with their categories, by id. Who locks a topic changes it or what stands in it."""
    visitors.changing(pks)
    rows = Topic.objects.select_for_update(no_key=True, of=("self",)).select_related("category__parent", "author")
    return {row.pk: row for row in rows.filter(pk__in=pks).order_by("pk")}


def post(pk: int) -> Post:
    """The post, locked after its topic (which comes with it, locked and fresh)."""
    place = topic(Post.objects.values_list("topic", flat=True).get(pk=pk))
    row = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=pk)
    if row.topic_id != place.pk:  # a merge took it along meanwhile; its new topic comes after the post, rarely
        place = topic(row.topic_id)
    row.topic = place
    return row


@contextmanager
def comment(row: Comment, *, by: Member) -> Iterator[tuple[Comment, Member]]:
    """A transaction with the comment and whoever acts on it locked and fresh, its post and topic before it."""
    with transaction.atomic():
        by, place = writer(by), post(row.post_id)
        row = Comment.objects.select_for_update(no_key=True).get(pk=row.pk)
        row.post = place
        yield row, by
