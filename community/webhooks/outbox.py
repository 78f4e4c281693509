"""The events table is the outbox: read every event once, and make a delivery for each endpoint that wants it."""

from __future__ import annotations

import logging

from django.db import connection, transaction
from django.utils import timezone

from community.webhooks.models import KEPT

logger = logging.getLogger(__name__)

# History that an import brings is no news. Neither is what is older than deliveries are kept: after a restore, which
# may give old events new transactions or send the mark back, it would go out a second time.
DELIVER = """
INSERT INTO webhooks_delivery
  (endpoint_id, event_id, name, at, unit, object_kind, object_id, value, state, tries, due_at, created_at)
SELECT endpoint.id, event.id, event.name, event.at, event.unit, event.object_kind, event.object_id, event.value,
  'waiting', 0, %(now)s, %(now)s
FROM events_event event JOIN webhooks_endpoint endpoint ON event.name = ANY(endpoint.names)
WHERE event.tx >= %(lo)s::xid8 AND event.tx < %(hi)s::xid8
  AND event.source <> 'import' AND event.at > %(since)s AND endpoint.state <> 'off'
ORDER BY event.id, endpoint.id
ON CONFLICT DO NOTHING
"""


def fan_out() -> int:
    """Make the deliveries of all events that are committed and not read yet; how many.

    Exact by transactions, not by ids: an id is drawn before its commit, so that a reader who asks for "greater than
    the last id" passes over those that commit late. The events with tx in [lo, hi) are a set closed for ever, where
    hi is the oldest transaction that still runs anywhere in the server: a long one holds the news back, and loses none.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tx::text FROM webhooks_mark FOR UPDATE SKIP LOCKED")
        if (mark := cursor.fetchone()) is None:
            return 0  # another worker is at it
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        lo, hi = int(mark[0]), int(cursor.fetchone()[0])
        if hi < lo:
            logger.warning("transactions are counted from %s where %s was reached: restored? Reading all news.", hi, lo)
            lo = 0
        made = deliver(lo, hi)
        cursor.execute("UPDATE webhooks_mark SET tx = %s::xid8", [str(hi)])
    return made


def deliver(lo: int, hi: int) -> int:
    """Make the deliveries of the events that the transactions in [lo, hi) wrote; how many. Twice is as good as once."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(DELIVER, {"lo": str(lo), "hi": str(hi), "now": now, "since": now - KEPT})
        return cursor.rowcount


def reached() -> int:
    """The transaction before which every event was read, and need not stay in PostgreSQL for us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tx::text FROM webhooks_mark")
        return int((cursor.fetchone() or ["0"])[0])
