"""What waits to go out, and what is held by whom nobody hears of. Web processes ask it too: it imports no channel."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from growth.campaigns.models import Delivery

MOST = 25  # campaigns at once; the others have their turn after the first of these

# The first due row of each campaign is one look into the index (campaign, due_at) of due rows, however many there are.
# Rows of a campaign that is paused, or does not run yet, wait untouched.
READY = """
WITH RECURSIVE waiting(campaign) AS (
  (SELECT campaign_id FROM campaigns_delivery WHERE state = 'due' ORDER BY campaign_id LIMIT 1)
  UNION ALL
  SELECT (SELECT campaign_id FROM campaigns_delivery WHERE state = 'due' AND campaign_id > waiting.campaign
          ORDER BY campaign_id LIMIT 1)
  FROM waiting WHERE waiting.campaign IS NOT NULL
)
SELECT campaign.id, first.due_at
FROM waiting JOIN campaigns_campaign campaign ON campaign.id = waiting.campaign
CROSS JOIN LATERAL (
  SELECT due_at FROM campaigns_delivery WHERE state = 'due' AND campaign_id = campaign.id ORDER BY due_at LIMIT 1
) first
WHERE campaign.state IN ('running', 'finished', 'cancelled') AND first.due_at <= %(now)s
ORDER BY campaign.priority DESC, first.due_at
LIMIT %(most)s
"""


def ready(now: datetime, *, most: int = MOST) -> dict[int, datetime]:
    """The campaigns with rows to take up, the most urgent first, and since when the first of each is due."""
    with connection.cursor() as cursor:
        cursor.execute(READY, {"now": now, "most": most})
        return dict(cursor.fetchall())


def leases(now: datetime) -> tuple[int, int]:
    """How many rows are being sent, and how many of them by a worker that is gone."""
    held = Delivery.objects.filter(state=Delivery.State.LEASED)
    return held.count(), held.filter(due_at__lte=now).count()
