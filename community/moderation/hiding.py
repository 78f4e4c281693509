"""Hide a post or comment from all but its author and the moderators, and show it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from community.forum import locks, logbook, ranking, tagging
from community.forum.denied import check_moderates
from community.forum.models import Comment, Post
from community.members.models import Member
from community.moderation.models import Thing, kind_of
from community.notifications import telling


def hide(thing: Thing, *, by: Member | None, reason: str, at: datetime | None = None) -> Thing:
    """Hide it, and with an opening post its topic. `by` is None where the members' flags do it. Tells the author.

    Nothing happens to what is hidden already. Points stay. Raises Denied where `by` is no moderator.
    """
    return _set(thing, hidden_at=at or timezone.now(), by=by, reason=reason, at=at)


def unhide(thing: Thing, *, by: Member, reason: str = "", at: datetime | None = None) -> Thing:
    return _set(thing, hidden_at=None, by=by, reason=reason, at=at)


def _set(thing: Thing, *, hidden_at: datetime | None, by: Member | None, reason: str, at: datetime | None) -> Thing:
    with transaction.atomic():
        if by:
            check_moderates(Member.objects.lock([by.pk])[by.pk])
        thing = locked(thing)
        if bool(thing.hidden_at) == bool(hidden_at):
            return thing
        before, thing.hidden_at = thing.hidden_at, hidden_at
        thing.save(update_fields=["hidden_at"])
        if thing.deleted_at is None:  # what is deleted is counted nowhere
            _count(thing, -1 if hidden_at else +1)
        about = (kind_of(thing), thing.pk)
        logbook.note(
            "hide" if hidden_at else "unhide",
            about,
            by=by,
            at=at or timezone.now(),
            reason=reason,
            before={"hidden_at": before and before.isoformat()},
            after={"hidden_at": hidden_at and hidden_at.isoformat()},
        )
        telling.withdraw("moderated", source=about)
        telling.tell("moderated", to=[thing.author_id] if thing.author_id else [], actor=by, source=about, at=at)
    return thing


def locked(thing: Thing) -> Thing:
    """The row, locked after its topic and (a comment) its post, in the order of all verbs."""
    if isinstance(thing, Post):
        return locks.post(thing.pk)
    post = locks.post(thing.post_id)
    comment = Comment.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=thing.pk)
    comment.post = post
    return comment


def _count(thing: Thing, step: int) -> None:
    if isinstance(thing, Comment):
        thing.post.comment_count += step
        thing.post.save(update_fields=["comment_count"])
        return
    topic = thing.topic
    if thing.is_opening:
        topic.hidden_at = thing.hidden_at
        topic.save(update_fields=["hidden_at"])
        tagging.count(topic.tag_ids, step)
        return
    topic.reply_count += step
    topic.hot = ranking.hot(topic.score, topic.reply_count, topic.created_at)
    topic.save(update_fields=["reply_count", "hot"])
