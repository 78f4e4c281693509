"""The rules that `default` adds to votes and acceptances. Each verb is harmless where the active set lacks its rule.

Called by the verbs of the forum, in their transaction and under the member's lock; never for imported history.
Source: contracts.md, "Points".
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from community.points import ledger, periods
from community.points.models import Entry

STREAK_FROM = 3  # days in a row
TOPICS_A_DAY = 5

_ACTIVE = """
INSERT INTO points_habit (member_id, active_day, streak, read_topics) VALUES (%(member)s, %(day)s, 1, '{}')
ON CONFLICT (member_id) DO UPDATE SET
  streak = CASE WHEN points_habit.active_day = excluded.active_day - 1 THEN points_habit.streak + 1 ELSE 1 END,
  active_day = excluded.active_day
WHERE points_habit.active_day IS NULL OR points_habit.active_day < excluded.active_day
RETURNING streak
"""

_READ = """
INSERT INTO points_habit (member_id, read_day, read_topics, streak) VALUES (%(member)s, %(day)s, ARRAY[%(topic)s], 0)
ON CONFLICT (member_id) DO UPDATE SET
  read_topics = CASE WHEN points_habit.read_day = excluded.read_day
                THEN points_habit.read_topics || excluded.read_topics ELSE excluded.read_topics END,
  read_day = excluded.read_day
WHERE points_habit.read_day IS NULL OR points_habit.read_day < excluded.read_day
   OR (points_habit.read_day = excluded.read_day AND cardinality(points_habit.read_topics) < %(enough)s
       AND NOT points_habit.read_topics @> excluded.read_topics)
RETURNING cardinality(read_topics)
"""


def first_post(member_id: int, *, source: tuple[str, int], at: datetime | None = None) -> Entry | None:
    """A member's first topic, answer or reply, whichever comes first."""
    return ledger.award("first_post", member_id=member_id, source=source, key=f"first_post:{member_id}", at=at)


def active(member_id: int, *, at: datetime | None = None) -> Entry | None:
    """An act that counts as `active` (events.names.ACTIVE): from the third day in a row on, a point a day."""
    day = periods.site_day(at)
    if (_upsert(_ACTIVE, member=member_id, day=day) or 0) < STREAK_FROM:
        return None
    key = f"streak:{member_id}:{day}"
    return ledger.award("streak", member_id=member_id, source=("member", member_id), key=key, at=at)


def topic_read(member_id: int, topic_id: int, *, at: datetime | None = None) -> Entry | None:
    """A topic read to its end: the fifth different one of a day gives the day's point."""
    day = periods.site_day(at)
    if _upsert(_READ, member=member_id, day=day, topic=topic_id, enough=TOPICS_A_DAY) != TOPICS_A_DAY:
        return None
    key = f"topics_read:{member_id}:{day}"
    return ledger.award("topics_read", member_id=member_id, source=("topic", topic_id), key=key, at=at)


def share_brought(
    member_id: int, *, visitor_id: int, source: tuple[str, int], at: datetime | None = None
) -> Entry | None:
    """A link that the member shared brought somebody who had never been here; a visitor counts once for all."""
    return ledger.award("share", member_id=member_id, source=source, key=f"share:{visitor_id}", at=at)


def invited_active(member_id: int, *, invited_id: int, at: datetime | None = None) -> Entry | None:
    """Somebody whom the member invited is active in their fourth week."""
    key = f"invited_active:{invited_id}"
    return ledger.award("invited_active", member_id=member_id, source=("member", invited_id), key=key, at=at)


def _upsert(sql: str, **parameters: int | date) -> int | None:
    """The number that the statement returns; None where it changed nothing, as on the day's second act."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    return row[0] if row else None
