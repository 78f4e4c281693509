"""What was read: how far, by whom, and how often a topic was opened."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from community.forum.models import ReadMark, Topic
from community.members.models import Member
from community.points import extras

logger = logging.getLogger(__name__)

# The number read to before comes back: null for the first visit. A visit that only reads does not wait for the disk:
# a mark that a crash of the server takes back shows as unread what was read within the second before it.
MARK = """
WITH old AS (SELECT last_number FROM forum_readmark WHERE member_id = %(member)s AND topic_id = %(topic)s)
INSERT INTO forum_readmark (member_id, topic_id, read_at, last_number)
VALUES (%(member)s, %(topic)s, %(at)s, %(number)s)
ON CONFLICT (member_id, topic_id) DO UPDATE SET
  read_at = excluded.read_at, last_number = greatest(forum_readmark.last_number, excluded.last_number)
RETURNING (SELECT last_number FROM old), set_config(
  'synchronous_commit', CASE WHEN %(alone)s THEN 'off' ELSE current_setting('synchronous_commit') END, true)
"""

# Rows in id order, as all verbs lock topics.
ADD_VIEWS = """
WITH seen AS (SELECT unnest(%(ids)s::bigint[]) AS id, unnest(%(counts)s::int[]) AS n),
rows AS (SELECT id FROM forum_topic WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE)
UPDATE forum_topic t SET views = t.views + seen.n FROM seen JOIN rows USING (id) WHERE t.id = seen.id
"""


def mark_read(topic: Topic, *, member: Member, number: int) -> None:
    """The member has the topic on the screen, up to post `number`. Reaching the end of another's may earn points."""
    now, alone = timezone.now(), not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"member": member.pk, "topic": topic.pk, "at": now, "number": number, "alone": alone})
        before, _commit = cursor.fetchone()
    reached = number >= topic.last_number and (before is None or before < number)
    if reached and topic.author_id != member.pk:
        with transaction.atomic():
            Member.objects.lock([member.pk])
            extras.topic_read(member.pk, topic.pk)


def mark_all_read(member: Member) -> None:
    """What stands in the site at this moment is read."""
    now = timezone.now()
    with transaction.atomic():
        Member.objects.filter(pk=member.pk).update(read_before=now)
        ReadMark.objects.filter(member=member).update(read_at=now)


def count_view(topic_id: int) -> None:
    """Somebody opened the topic. Counted in Redis and written later; while Redis is away views are not counted."""
    try:
        _redis().hincrby(_key("views"), str(topic_id), 1)
    except RedisError as error:
        logger.info("a view of topic %s is not counted: %s", topic_id, error)


def flush_views() -> int:
    """Write the views counted since the last time, one run at a time; returns how many.

    What a killed run took is written by the next. Killed between dropping its batch and the commit, it loses the
    batch: never is a view counted twice.
    """
    with transaction.atomic():
        if not _alone():
            return 0
        counts = _take_views()
        _add_views(counts)
        _redis().delete(_key("views:taken"))
    return sum(counts.values())


def _alone() -> bool:
    """Whether no other run is at it, until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('forum.flush_views'))")
        return bool(cursor.fetchone()[0])


def _take_views() -> dict[int, int]:
    """Set the views counted so far aside, unless a killed run has left some there, and read them."""
    if _redis().exists(_key("views")):
        _redis().renamenx(_key("views"), _key("views:taken"))
    return {int(pk): int(n) for pk, n in _redis().hgetall(_key("views:taken")).items()}


def _add_views(counts: Mapping[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD_VIEWS, {"ids": list(counts), "counts": list(counts.values())})


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}{name}"


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_DATA_URL, socket_connect_timeout=0.2, socket_timeout=1, retry=Retry(NoBackoff(), 0)
    )
