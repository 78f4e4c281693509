"""Closing, pinning, moving and merging topics. Each act is in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import locks, logbook, ranking, tagging, wording
from community.forum.denied import Unfit, check_moderates, check_open, check_readable
from community.forum.models import Category, Follow, ReadMark, Topic
from community.members.models import Member
from community.points import privileges


def close(topic: Topic, *, by: Member, reason: str) -> Topic:
    """No more answers or replies: by the author, moderators and those with the privilege. Raises Denied, Unfit."""
    reason = wording.reason(reason)
    with transaction.atomic():
        by, topic = _locked(topic, by)
        if topic.author_id != by.pk:
            privileges.require(by, "close")
        if topic.closed_at:
            return topic
        return _set(topic, "close", by, reason, closed_at=timezone.now(), closed_by=by, close_reason=reason)


def reopen(topic: Topic, *, by: Member) -> Topic:
    """The author may reopen what the author closed; the privileged any."""
    with transaction.atomic():
        by, topic = _locked(topic, by)
        if not topic.author_id == by.pk == topic.closed_by_id:
            privileges.require(by, "close")
        if topic.closed_at is None:
            return topic
        return _set(topic, "reopen", by, closed_at=None, closed_by=None, close_reason="")


def pin(topic: Topic, *, by: Member) -> Topic:
    """Above the first page of the hot feeds. By moderators."""
    return _pin(topic, by, timezone.now())


def unpin(topic: Topic, *, by: Member) -> Topic:
    return _pin(topic, by, None)


def _pin(topic: Topic, by: Member, at: datetime | None) -> Topic:
    with transaction.atomic():
        by, topic = _locked(topic, by)
        check_moderates(by)
        if bool(topic.pinned_at) == bool(at):
            return topic
        return _set(topic, "pin" if at else "unpin", by, pinned_at=at)


def move(topic: Topic, *, by: Member, category: Category) -> Topic:
    """To another category, where whoever moves it may post: by the author, moderators and those who may edit.

    Points that it earned stay on the board of the category they were earned in.
    """
    with transaction.atomic():
        by, topic = _locked(topic, by)
        if topic.author_id != by.pk:
            privileges.require(by, "edit")
        check_open(category, by)
        if topic.category_id == category.pk:
            return topic
        return _set(topic, "move", by, category=category)


def merge(topic: Topic, *, by: Member, into: Topic) -> Topic:
    """Append the posts of one topic, its opening first, to another of the same kind, and lead its readers there.

    Votes and points stay with the posts, an acceptance in the merged topic ends (its points stay), its followers
    follow the other. By moderators; returns the other topic.
    """
    with transaction.atomic():
        by = locks.writer(by)
        check_moderates(by)
        rows = locks.topics(topic.pk, into.pk)
        topic, into = rows[topic.pk], rows[into.pk]
        _check_mergeable(topic, into)
        before = {"posts": topic.posts.count(), "into": None}
        _append(topic, into)
        _lead(topic, into)
        after = {"into": into.pk, "first_number": into.last_number - topic.last_number}
        logbook.note("merge", ("topic", topic.pk), by=by, at=timezone.now(), before=before, after=after)
    return into


def _check_mergeable(topic: Topic, into: Topic) -> None:
    if topic.pk == into.pk:
        raise Unfit(_("A topic cannot be merged into itself."))
    if topic.kind != into.kind:
        raise Unfit(_("Only topics of one kind can be merged."))
    for row in (topic, into):
        if row.merged_into_id or row.deleted_at or row.hidden_at:
            raise Unfit(_("“%(title)s” is no longer here.") % {"title": row.title})


def _append(topic: Topic, into: Topic) -> None:
    """Numbers go on after the other's, in their order, so that none meets another."""
    start = into.last_number + 1
    topic.posts.update(topic=into, number=F("number") + start)
    into.last_number = start + topic.last_number
    into.reply_count = into.posts.standing().replies().count()
    into.active_at = max(into.active_at, topic.active_at)
    into.hot = ranking.hot(into.score, into.reply_count, into.created_at)
    into.save(update_fields=["last_number", "reply_count", "active_at", "hot"])


def _lead(topic: Topic, into: Topic) -> None:
    topic.merged_into, topic.accepted, topic.accepted_at, topic.pinned_at = into, None, None, None
    topic.save(update_fields=["merged_into", "accepted", "accepted_at", "pinned_at"])
    followers = Follow.objects.filter(topic=topic)
    moved = [Follow(member_id=pk, topic=into) for pk in followers.values_list("member", flat=True)]
    Follow.objects.bulk_create(moved, ignore_conflicts=True)
    followers.delete()
    ReadMark.objects.filter(topic=topic).delete()
    tagging.count(topic.tag_ids, -1)


def _locked(topic: Topic, by: Member) -> tuple[Member, Topic]:
    by, topic = locks.writer(by), locks.topic(topic.pk)
    check_readable(topic, by)
    return by, topic


def _set(topic: Topic, verb: str, by: Member, reason: str = "", **changes: Any) -> Topic:
    before = {name: _plain(getattr(topic, name)) for name in changes}
    for name, value in changes.items():
        setattr(topic, name, value)
    topic.save(update_fields=list(changes))
    after = {name: _plain(value) for name, value in changes.items()}
    about = ("topic", topic.pk)
    logbook.note(verb, about, by=by, at=timezone.now(), reason=reason, before=before, after=after)
    return topic


def _plain(value: Any) -> Any:
    """As JSON has it: a time as text, a row by its id."""
    if isinstance(value, datetime):
        return value.isoformat()
    return getattr(value, "pk", value)
