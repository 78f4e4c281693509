"""Tell members that something happened, in the transaction of what happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from community.members.models import Member
from community.notifications import tasks
from community.notifications.models import Notification
from events import bell

# History that is written later (an import, the demo's content) fills the inbox, but nobody is mailed about it.
NEWS = timedelta(days=1)

# One row for each who listens and was not told yet, in the order of members as all verbs lock them; and a mail for
# those of them who want it. What moderators do to one's own is told whatever one has muted.
TELL = """
WITH listening AS (
  SELECT id, email_notifications AND email <> '' AND %(news)s AS by_mail FROM members_member
  WHERE id = ANY(%(to)s) AND is_active AND (%(kind)s = 'moderated' OR NOT muted_kinds ? %(kind)s)
), told AS (
  INSERT INTO notifications_notification (member_id, kind, actor_id, source_kind, source_id, created_at)
  SELECT id, %(kind)s, %(actor)s, %(source_kind)s, %(source_id)s, %(at)s FROM listening ORDER BY id
  ON CONFLICT DO NOTHING
  RETURNING id, member_id
)
INSERT INTO notifications_mail (notification_id, due_at, tries)
SELECT told.id, %(now)s, 0 FROM told JOIN listening ON listening.id = told.member_id WHERE listening.by_mail
"""


def tell(
    kind: str,
    *,
    to: Iterable[int],
    actor: Member | None,
    source: tuple[str, int],
    at: datetime | None = None,
) -> None:
    """Tell the members with the ids `to` that `actor` did `kind` (a Notification.Kind) with `source` (kind, id).

    Source kinds: "post", "comment", "topic", "member". The actor, the inactive and those who muted the kind are
    left out; telling the same twice changes nothing. The mail follows after the commit, for those who want it.
    """
    now = timezone.now()
    at = at or now
    others = set(to) - {actor.pk if actor else 0}
    if not others:
        return
    values: dict[str, Any] = {
        "to": sorted(others),
        "kind": str(Notification.Kind(kind)),
        "actor": actor.pk if actor else None,
        "source_kind": source[0],
        "source_id": source[1],
        "at": at,
        "now": now,
        "news": at > now - NEWS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TELL, values)
        if cursor.rowcount:
            bell.ring(tasks.sweep)


def withdraw(kind: str, *, source: tuple[str, int]) -> None:
    """Forget that this was told: it was undone, or is about to be told anew as another act of the same kind."""
    Notification.objects.filter(kind=kind).about([source]).delete()
