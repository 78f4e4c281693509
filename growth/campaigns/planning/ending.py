"""The end of campaigns: what a cancelled one has not sent, and when one that runs has nothing left to do."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from growth.campaigns.models import Campaign, Delivery, Occurrence
from growth.campaigns.planning import acting

SLICE = 10_000
State = Campaign.State

# Rows that another worker holds are that worker's; so are those that have their places in caps, which it gives back.
_CANCEL = """
UPDATE campaigns_delivery SET state = 'cancelled', reason = %(reason)s, would_send = coalesce(would_send, false),
  ended_at = %(now)s
WHERE id IN (
  SELECT id FROM campaigns_delivery WHERE campaign_id = %(campaign)s AND state = 'due' AND replays = 0
    AND NOT why ? 'caps'
  LIMIT %(slice)s FOR UPDATE SKIP LOCKED)
"""


def cancel_rest(now: datetime) -> int:
    """Cancel what campaigns that are over had still to send, slice by slice; how many rows."""
    rows = Delivery.objects.filter(campaign=OuterRef("pk"), state=Delivery.State.DUE)
    over = Campaign.objects.filter(state__in=(State.CANCELLED, State.FINISHED)).filter(Exists(rows))
    return sum(_cancel(pk, f"campaign_{state}", now) for pk, state in over.values_list("pk", "state"))


def finish_done(now: datetime) -> int:
    """Finish what has nothing more to send, and note the end of each occurrence; how many campaigns."""
    _unfinished().update(finished_at=now)
    done = [campaign for campaign in Campaign.objects.running() if _is_done(campaign, now)]
    for campaign in done:
        acting.finish(campaign, by=None, why="all has gone out")
    return len(done)


def _cancel(campaign: int, reason: str, now: datetime) -> int:
    found, last = 0, SLICE
    while last == SLICE:
        with connection.cursor() as cursor:
            cursor.execute(_CANCEL, {"campaign": campaign, "reason": reason, "now": now, "slice": SLICE})
            last = cursor.rowcount
        found += last
    return found


def _unfinished() -> QuerySet[Occurrence]:
    """Frozen ones of which no row waits."""
    waiting = Delivery.objects.filter(
        campaign=OuterRef("campaign"), occurrence=OuterRef("number"), state__in=("due", "leased")
    )
    return Occurrence.objects.filter(finished_at=None, frozen_at__isnull=False).exclude(Exists(waiting))


def _is_done(campaign: Campaign, now: datetime) -> bool:
    ended = campaign.ends_at is not None and campaign.ends_at <= now
    if campaign.kind == Campaign.Kind.TRIGGERED:
        return ended and not campaign.deliveries.filter(Q(state="due") | Q(state="leased")).exists()
    return (ended or not campaign.repeat) and not campaign.occurrences.filter(finished_at=None).exists()
