"""Who does by themselves what a message would have asked for need not be asked: while its delay lasts, a row whose
member reaches the goal is cancelled, held back or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from experiments import conditions
from experiments.models import MetricVersion
from growth.campaigns.models import Campaign, Delivery

REASON = "goal_reached"
# Rows that were tried are left to who tries them: their message may have arrived.
_REACHED = """
SELECT delivery.id, event.value, event.object_kind, event.object_id, event.source, event.device, event.language,
  event.country, event.properties
FROM events_event event
JOIN campaigns_delivery delivery ON delivery.member_id = event.unit AND delivery.campaign_id = %(campaign)s
JOIN campaigns_entry entry ON entry.campaign_id = delivery.campaign_id AND entry.member_id = delivery.member_id
  AND entry.number = delivery.occurrence
WHERE event.tx >= %(lo)s::text::xid8 AND event.tx < %(hi)s::text::xid8 AND event.name = ANY(%(names)s)
  AND event.at >= entry.entered_at AND event.source <> 'import'
  AND delivery.state = 'due' AND delivery.tries = 0 AND delivery.would_send IS NULL
"""


def cancel_reached(campaign: Campaign, lo: int, hi: int, *, now: datetime) -> int:
    """By the events of transactions in [lo, hi); how many rows. Of a funnel the last step is the goal; whether somebody
    is there on a day after the message nobody can tell before it."""
    if campaign.goal is None or campaign.goal.kind == MetricVersion.Kind.RETENTION:
        return 0
    meant = conditions.compiled(campaign.goal.where)
    found = {pk for pk, event in _events(campaign, lo, hi) if meant(event, conditions.NOTHING)}
    waiting = Delivery.objects.filter(pk__in=found, state=Delivery.State.DUE, tries=0)
    return waiting.update(state=Delivery.State.CANCELLED, reason=REASON, would_send=False, ended_at=now)


def _events(campaign: Campaign, lo: int, hi: int) -> Iterator[tuple[int, dict[str, Any]]]:
    names = sorted(campaign.goal.steps[-1]) if campaign.goal else []
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, {"campaign": campaign.pk, "lo": lo, "hi": hi, "names": names})
        columns = [column.name for column in cursor.description][1:]
        for pk, *values in cursor:
            told = dict(zip(columns, values, strict=True))
            yield pk, {**told, "properties": json.loads(told["properties"])}
