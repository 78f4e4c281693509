"""What pulls triggers: the events that happen, and members who come into a segment."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from events.lake.moment import scalar
from growth.campaigns.models import Campaign
from growth.campaigns.planning import goals
from growth.campaigns.planning.entering import enter_by
from growth.campaigns.planning.sparing import each

logger = logging.getLogger(__name__)

FURTHEST = 2**63 - 1
# History that an import brings is no news; nor is what happened before the campaign, or so long ago that its message
# would be too late had it been sent at once.
_EVENTS = """
SELECT unit AS member, 'event:' || id AS key, id AS place FROM events_event
WHERE tx >= %(lo)s::text::xid8 AND tx < %(hi)s::text::xid8 AND name = %(name)s AND unit > 0 AND source <> 'import'
  AND at >= %(since)s
"""
_COMERS = """
SELECT person AS member, 'segment:' || id AS key, id AS place FROM segments_membership
WHERE segment_id = %(segment)s AND left_at IS NULL AND person > 0 AND entered_at > %(since)s
"""


def read_events(now: datetime) -> int:
    """Let in whom the events since the last reading let in, and cancel what waits for those who reached the goal by
    themselves; how many entered."""
    return each(partial(_read, now), _readers().values_list("pk", flat=True))


def read_segments(now: datetime) -> int:
    """Let in who came into the segment since the campaign began; how many."""
    pulled = _taking().filter(trigger=Campaign.Trigger.SEGMENT).values_list("pk", flat=True)
    return each(partial(_read_segment, now), pulled)


def reached() -> int:
    """The transaction before which every event was read, and need not stay in PostgreSQL for us."""
    first = _readers().aggregate(first=Min("read_to"))["first"]
    return FURTHEST if first is None else first


def _taking() -> QuerySet[Campaign]:
    """A paused one too: those who enter wait, and what waits too long is never sent."""
    states = (Campaign.State.RUNNING, Campaign.State.PAUSED)
    return Campaign.objects.filter(kind=Campaign.Kind.TRIGGERED, state__in=states)


def _readers() -> QuerySet[Campaign]:
    return _taking().filter(Q(trigger=Campaign.Trigger.EVENT) | Q(goal__isnull=False, delay__gt=timedelta(0)))


@transaction.atomic
def _read(now: datetime, pk: int) -> int:
    """Exact by transactions, as community.webhooks.outbox: the events with tx in [lo, hi) are a set closed for ever."""
    campaign = _locked(pk)
    if campaign is None:
        return 0
    hi = int(scalar("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))
    lo = campaign.read_to or 0
    if hi < lo:
        logger.warning("transactions are counted from %s where %s was reached: restored? Reading all news.", hi, lo)
        lo = 0
    entered = let_in(campaign, lo, hi, now=now)
    Campaign.objects.filter(pk=pk).update(read_to=hi)
    return entered


def let_in(campaign: Campaign, lo: int, hi: int, *, now: datetime) -> int:
    """By the events that the transactions in [lo, hi) wrote; how many entered. Twice is as good as once."""
    entered = 0
    if campaign.trigger == Campaign.Trigger.EVENT and not _ended(campaign, now):
        since = max(campaign.starts_at or now, now - campaign.expires_after)
        given = {"lo": lo, "hi": hi, "name": campaign.trigger_event, "since": since}
        entered = enter_by(campaign, _EVENTS, given, data={}, now=now)
    goals.cancel_reached(campaign, lo, hi, now=now)
    return entered


@transaction.atomic
def _read_segment(now: datetime, pk: int) -> int:
    campaign = _locked(pk)
    if campaign is None or _ended(campaign, now):
        return 0
    return enter_by(campaign, _COMERS, {"since": campaign.starts_at}, data={}, now=now)


def _locked(pk: int) -> Campaign | None:
    """None where another worker is at it, or it has just ended."""
    return _taking().select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()


def _ended(campaign: Campaign, now: datetime) -> bool:
    return campaign.ends_at is not None and campaign.ends_at <= now
