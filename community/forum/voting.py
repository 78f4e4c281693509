"""Votes on posts: given, changed, withdrawn."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import earning, locks, ranking, undoing
from community.forum.denied import Denied, check_readable
from community.forum.models import Post, Topic, Vote
from community.members import limits
from community.members.models import Member
from community.points import privileges
from events.record import record

PRIVILEGE = {1: "vote-up", -1: "vote-down"}

# The vote that stood before comes back; `post` is locked, so none comes between the two halves.
UPSERT = """
WITH old AS (SELECT value FROM forum_vote WHERE member_id = %(member)s AND post_id = %(post)s)
INSERT INTO forum_vote (member_id, post_id, value, created_at) VALUES (%(member)s, %(post)s, %(value)s, %(at)s)
ON CONFLICT (member_id, post_id) WHERE member_id IS NOT NULL
DO UPDATE SET value = excluded.value, created_at = excluded.created_at
RETURNING (SELECT value FROM old)
"""


def vote(post: Post, *, member: Member, value: int, at: datetime | None = None) -> Post:
    """Vote +1 or -1 on another's post, or 0 to withdraw one's vote; the post comes back as it then stands.

    The same vote again changes nothing. What a changed or withdrawn vote gave is reversed. Only casting is an event:
    that a vote was cast stays true when it is withdrawn. Raises Denied, NotEnoughPoints, TooMany.
    """
    if value not in (1, -1, 0):
        raise ValueError(f"a vote is 1, -1 or 0, not {value!r}")
    with transaction.atomic():
        member, _rows = locks.writer_and(member, post.author_id)
        post = locks.post(post.pk)
        _check_may_vote(post, member, value)
        old = _store(post, member, value, at=at)
        if old != value:
            _count(post, value, old)
            _settle(post, member, value, old, at=at)
    return post


def _check_may_vote(post: Post, member: Member, value: int) -> None:
    check_readable(post.topic, member)
    if post.gone:
        raise Denied(_("This post is no longer here."))
    if post.author_id == member.pk:
        raise Denied(_("You cannot vote on your own post."))
    if value:
        privileges.require(member, PRIVILEGE[value])


def _store(post: Post, member: Member, value: int, *, at: datetime | None) -> int:
    """Write the vote; the value before, 0 where there was none."""
    standing = Vote.objects.filter(member=member, post=post)
    if value == 0:
        if (vote := standing.first()) is None:
            return 0
        standing.delete()
        undoing.note_vote(vote, by=member.pk, at=at)
        return vote.value
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, {"member": member.pk, "post": post.pk, "value": value, "at": at or timezone.now()})
        (found,) = cursor.fetchone()
    return found or 0


def _count(post: Post, value: int, old: int) -> None:
    """Post and topic are locked, so their numbers in memory are those of this moment."""
    up, down = (value == 1) - (old == 1), (value == -1) - (old == -1)
    post.up, post.down = post.up + up, post.down + down
    post.score, post.confidence = post.up - post.down, ranking.confidence(post.up, post.down)
    counters = {"up": F("up") + up, "down": F("down") + down, "score": F("score") + up - down}
    Post.objects.filter(pk=post.pk).update(**counters, confidence=post.confidence)
    if post.is_opening:
        topic = post.topic
        topic.score, topic.hot = post.score, ranking.hot(post.score, topic.reply_count, topic.created_at)
        Topic.objects.filter(pk=topic.pk).update(score=topic.score, hot=topic.hot)


def _settle(post: Post, member: Member, value: int, old: int, *, at: datetime | None) -> None:
    """Points and events of the change."""
    if old:
        earning.without_vote(post, voter_id=member.pk, at=at)
    if value == 0:
        return
    if at is None:
        limits.take("vote", member)
    earning.for_vote(post, post.topic, voter_id=member.pk, value=value, at=at)
    record("vote_cast", unit=member.pk, at=at, object=("post", post.pk), value=value)
    if post.author_id:
        record("vote_received", unit=post.author_id, at=at, object=("post", post.pk), value=value)
    earning.for_activity(member, at=at)
