"""Which rows are taken up next: of every campaign that has some due its share, and no more than may go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.sending import limits
from growth.campaigns.sending.carriers import Carriers

BATCH = 500
SMALLEST = 20  # rows of one campaign in a batch, where there are many campaigns

CLAIM = """
SELECT delivery.* FROM unnest(%(campaigns)s::bigint[], %(shares)s::integer[]) AS campaign(id, share)
CROSS JOIN LATERAL (
  SELECT * FROM campaigns_delivery WHERE state = 'due' AND campaign_id = campaign.id AND due_at <= %(now)s
  ORDER BY due_at, id LIMIT campaign.share FOR UPDATE SKIP LOCKED
) delivery
"""


def claim(campaigns: Mapping[int, Campaign], carriers: Carriers, now: datetime) -> list[Delivery]:
    """Due rows that no other worker holds, locked until the caller's transaction ends; each has its `campaign`."""
    share = max(SMALLEST, BATCH // max(len(campaigns), 1))
    room = _room(campaigns.values(), carriers)
    given = {"campaigns": [*campaigns], "shares": [min(share, room.get(pk, share)) for pk in campaigns], "now": now}
    rows = list(Delivery.objects.raw(CLAIM, given))
    for row in rows:
        row.campaign = campaigns[row.campaign_id]
        if row.campaign.winner is not None:  # in hand alone: what was drawn is what the test is read by
            row.variation = row.campaign.winner
    return rows


def _room(campaigns: Iterable[Campaign], carriers: Carriers) -> dict[int, int]:
    """By campaign, how many of its rows may go out before the horizon; without a limit it is no key."""
    of_campaign = {campaign.pk: carriers.buckets(campaign) for campaign in campaigns}
    shares = limits.take({bucket: (rate, 0) for found in of_campaign.values() for bucket, rate in found.items()})
    return {
        pk: min(shares[bucket].room for bucket in buckets) for pk, buckets in of_campaign.items() if buckets and shares
    }
