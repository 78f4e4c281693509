"""Dead letters: rows that ended without the message having gone out, taken up once more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from growth.campaigns.models import Campaign, CampaignChange, Delivery
from growth.campaigns.planning.recording import Person
from growth.campaigns.sending.verdicts import State

DEAD = (State.FAILED, State.UNKNOWN, State.REJECTED, State.DEAD_TOKEN)
LIVING = (Campaign.State.RUNNING, Campaign.State.PAUSED, Campaign.State.FINISHED)

# What was refused before counts no more; and who is sent to is not the holdout: its rows have no such states. A row of
# which it is unknown whether it was sent kept its places in caps, and keeps them.
REPLAY = """
UPDATE campaigns_delivery AS delivery SET state = 'due', reason = '', postponed = 'replayed', ended_at = NULL,
  tries = 0, replays = delivery.replays + 1, due_at = %(now)s::timestamptz,
  expires_at = greatest(delivery.expires_at, %(now)s::timestamptz + campaign.expires_after),
  why = delivery.why || jsonb_build_object('replayed',
    (SELECT coalesce(max(attempt.id), 0) FROM campaigns_attempt attempt WHERE attempt.delivery_id = delivery.id))
FROM campaigns_campaign campaign
WHERE campaign.id = delivery.campaign_id AND campaign.id = %(campaign)s AND campaign.state = ANY(%(living)s::text[])
  AND delivery.state = ANY(%(dead)s::text[]) AND (%(ids)s::bigint[] IS NULL OR delivery.id = ANY(%(ids)s::bigint[]))
"""


def dead_letters(campaign: Campaign) -> QuerySet[Delivery]:
    return campaign.deliveries.filter(state__in=DEAD)


@transaction.atomic
def replay(
    campaign: Campaign, *, by: Person, now: datetime, why: str = "", deliveries: Collection[int] | None = None
) -> int:
    """Take up again the campaign's dead letters, or of these rows those that are; how many. None of a campaign that
    was cancelled."""
    given: dict[str, Any] = {
        "now": now,
        "campaign": campaign.pk,
        "ids": None if deliveries is None else list(deliveries),
        "dead": [str(state) for state in DEAD],
        "living": [str(state) for state in LIVING],
    }
    with connection.cursor() as cursor:
        cursor.execute(REPLAY, given)
        number = cursor.rowcount
    if number:
        CampaignChange.objects.create(
            campaign=campaign, act="replayed", by_id=by.pk if by else None, why=why, after={"deliveries": number}
        )
    return number
