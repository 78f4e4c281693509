"""Deleting topics, posts and comments so that they can come back, and bringing them back.

What a post gave and cost goes with it and comes back with it, for the days it was given for. Whose points move is
read before their rows can be locked, so each verb looks again under the topic's lock (see locks.settled).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import earning, locks, logbook, ranking, tagging, undoing
from community.forum.denied import Denied, Unfit
from community.forum.models import Comment, Post, Topic
from community.members.models import Member
from community.notifications import telling


def delete(thing: Topic | Post | Comment, *, by: Member, reason: str = "") -> None:
    """Delete one's own, or as a moderator anyone's; a topic is its opening. What is deleted already stays so.

    Its author may not delete an accepted answer, nor a topic in which others wrote. Raises Denied.
    """
    if isinstance(thing, Comment):
        _delete_comment(thing, by=by, reason=reason)
    else:
        _delete_post(_post_of(thing), by=by, reason=reason)


def restore(thing: Topic | Post | Comment, *, by: Member) -> None:
    """Undo a deletion: whoever deleted it, or a moderator. An acceptance does not come back with an answer."""
    if isinstance(thing, Comment):
        _restore_comment(thing, by=by)
    else:
        _restore_post(_post_of(thing), by=by)


def _post_of(thing: Topic | Post) -> Post:
    if isinstance(thing, Post):
        return thing
    if opening := thing.posts.filter(number=0).first():
        return opening
    raise Unfit(_("This topic was merged into another one."))


@locks.settled
def _delete_post(post: Post, *, by: Member, reason: str) -> None:
    ids = _with_replies(post)
    by, rows = locks.writer_and(by, *earning.earners(ids))
    post = locks.post(post.pk)
    if post.deleted_at:
        return
    _check_may_delete(post, by)
    _check_locked(earning.earners(_with_replies(post)), rows)
    now = timezone.now()
    earning.take_back(ids, at=now)
    _mark(post, now, by)
    if not post.hidden_at:
        _count(post, -1)
    undoing.note_text(post, by=by.pk, at=now)
    _note("delete", post, by=by, at=now, reason=reason)


@locks.settled
def _restore_post(post: Post, *, by: Member) -> None:
    ids, was = _with_replies(post), Post.objects.values_list("deleted_at", flat=True).get(pk=post.pk)
    by, _rows = locks.writer_and(by, *earning.losers(ids, deleted_at=was))
    post = locks.post(post.pk)
    if post.deleted_at is None:
        return
    if post.deleted_at != was:
        raise locks.Moved
    _check_may_restore(post, by)
    acceptance = () if post.is_opening else earning.ACCEPTANCE
    earning.give_again(ids, deleted_at=post.deleted_at, but=acceptance)
    _mark(post, None, None)
    if not post.hidden_at:
        _count(post, +1)
    _note("restore", post, by=by, at=timezone.now())


def _with_replies(post: Post) -> list[int]:
    """The posts that go with it: with an opening, all of its topic."""
    return list(post.topic.posts.values_list("pk", flat=True)) if post.is_opening else [post.pk]


def _check_locked(concerned: set[int], rows: dict[int, Member]) -> None:
    if not concerned <= set(rows):
        raise locks.Moved


def _check_may_delete(post: Post, by: Member) -> None:
    if by.moderates:
        return
    if post.author_id != by.pk:
        raise Denied(_("Only its author and moderators may delete a post."))
    if post.topic.accepted_id == post.pk:
        raise Denied(_("This answer was accepted, so it stays; you may edit it."))
    if post.is_opening and post.topic.posts.standing().replies().exclude(author=by).exists():
        raise Denied(_("Others have written here, so the topic stays; a moderator may delete it."))


def _check_may_restore(thing: Post | Comment, by: Member) -> None:
    if not by.moderates and thing.deleted_by_id != by.pk:
        raise Denied(_("Only who deleted it and moderators may restore it."))


def _mark(post: Post, at: datetime | None, by: Member | None) -> None:
    post.deleted_at, post.deleted_by = at, by
    post.save(update_fields=["deleted_at", "deleted_by"])
    topic = post.topic
    if post.is_opening:
        topic.deleted_at, topic.deleted_by = at, by
    elif topic.accepted_id == post.pk:
        topic.accepted, topic.accepted_at = None, None
    topic.save(update_fields=["deleted_at", "deleted_by", "accepted", "accepted_at"])


def _count(post: Post, step: int) -> None:
    topic = post.topic
    if post.is_opening:
        tagging.count(topic.tag_ids, step)
        return
    topic.reply_count += step
    topic.hot = ranking.hot(topic.score, topic.reply_count, topic.created_at)
    topic.save(update_fields=["reply_count", "hot"])


def _delete_comment(comment: Comment, *, by: Member, reason: str) -> None:
    with locks.comment(comment, by=by) as (comment, by):
        if comment.deleted_at:
            return
        if by.pk != comment.author_id and not by.moderates:
            raise Denied(_("Only its author and moderators may delete a comment."))
        now = timezone.now()
        _mark_comment(comment, now, by)
        undoing.note_text(comment, by=by.pk, at=now)
        _note("delete", comment, by=by, at=now, reason=reason)


def _restore_comment(comment: Comment, *, by: Member) -> None:
    with locks.comment(comment, by=by) as (comment, by):
        if comment.deleted_at is None:
            return
        _check_may_restore(comment, by)
        _mark_comment(comment, None, None)
        _note("restore", comment, by=by, at=timezone.now())


def _mark_comment(comment: Comment, at: datetime | None, by: Member | None) -> None:
    comment.deleted_at, comment.deleted_by = at, by
    comment.save(update_fields=["deleted_at", "deleted_by"])
    if not comment.hidden_at:
        step = -1 if at else +1
        Post.objects.filter(pk=comment.post_id).update(comment_count=F("comment_count") + step)


def _note(verb: str, thing: Post | Comment, *, by: Member, at: datetime, reason: str = "") -> None:
    """What one does with one's own is not an act of moderation. Of what others do, the author is told."""
    if by.pk != thing.author_id:
        about = ("post" if isinstance(thing, Post) else "comment", thing.pk)
        gone = verb == "delete"
        logbook.note(verb, about, by=by, at=at, reason=reason, before={"deleted": not gone}, after={"deleted": gone})
        telling.withdraw("moderated", source=about)
        telling.tell("moderated", to=[thing.author_id] if thing.author_id else [], actor=by, source=about, at=at)
