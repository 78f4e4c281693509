"""Acts taken back at once: a slip of the finger, or a page that led astray. They count as errors (docs/metrics.md)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from community.forum.models import Comment, Post, Vote
from events.record import record

VOTE, TEXT = timedelta(seconds=10), timedelta(minutes=5)


def note_vote(vote: Vote, *, by: int, at: datetime | None) -> None:
    """A vote of one's own is withdrawn, now or `at`."""
    if (at := at or timezone.now()) - vote.created_at <= VOTE:
        record("undone", unit=by, at=at, object=("post", vote.post_id), act="vote_cast")


def note_text(thing: Post | Comment, *, by: int, at: datetime) -> None:
    """A post or comment is deleted; one's own, if one was quick."""
    if by == thing.author_id and at - thing.created_at <= TEXT:
        kind = "post" if isinstance(thing, Post) else "comment"
        record("undone", unit=by, at=at, object=(kind, thing.pk), act=_written(thing))


def _written(thing: Post | Comment) -> str:
    if isinstance(thing, Comment):
        return "comment_posted"
    if thing.is_opening:
        return "topic_started"
    return "answer_posted" if thing.topic.is_question else "reply_posted"
