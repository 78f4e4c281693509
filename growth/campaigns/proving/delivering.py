"""What became of the rows and of the requests: reasons, providers, pace. Plain counts, by PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Count

from growth.campaigns.models import Campaign, Delivery, Receipt

Body = dict[str, Any]
PACED = ("limit",)  # as sending says it
PROVIDERS = """
SELECT coalesce(p.key, ''), a.channel, count(*), count(*) FILTER (WHERE a.outcome = 'accepted'),
    count(*) FILTER (WHERE a.outcome = 'retry'), count(*) FILTER (WHERE a.outcome = 'throttled'),
    count(*) FILTER (WHERE a.outcome = 'dead_token'), count(*) FILTER (WHERE a.outcome = 'rejected'),
    count(*) FILTER (WHERE a.outcome = 'lost'), count(*) FILTER (WHERE a.replaced),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY a.milliseconds),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY a.milliseconds)
FROM campaigns_attempt a JOIN campaigns_delivery d ON d.id = a.delivery_id
LEFT JOIN campaigns_provider p ON p.id = a.provider_id
WHERE d.campaign_id = %s GROUP BY 1, 2 ORDER BY 1, 2"""
COLUMNS = (
    *("provider", "channel", "requests", "accepted", "retry", "throttled", "dead_token", "rejected", "lost"),
    *("replaced", "p50_ms", "p95_ms"),
)
SENT_LATE = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - planned_at))::float8,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - planned_at))::float8
FROM campaigns_delivery WHERE campaign_id = %s AND state = 'sent'"""


def reasons(campaign: Campaign) -> list[Body]:
    """Every row that was not sent, by state, reason and what put it off; the most first. Rows, not members."""
    rows = campaign.deliveries.exclude(state=Delivery.State.SENT).values("state", "reason", "postponed", "held")
    counted = rows.annotate(count=Count("pk")).order_by("-count", "state", "reason", "postponed", "held")
    return [dict(row) for row in counted]


def providers(campaign: Campaign) -> list[Body]:
    """By provider and channel: how requests ended, how long they took, and what was told of them later."""
    with connection.cursor() as cursor:
        cursor.execute(PROVIDERS, [campaign.pk])
        found = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    later = Receipt.objects.filter(attempt__delivery__campaign=campaign)
    receipts = later.values_list("provider__key", "attempt__channel", "kind").annotate(Count("pk"))
    for one in found:
        one["receipts"] = {
            kind: count for key, channel, kind, count in receipts if (key, channel) == (one["provider"], one["channel"])
        }
    return found


def pace(campaign: Campaign) -> Body:
    """{"per_second", "queued", "seconds", "lasts_s", "expired", "shared", "late_p50_s", "late_p99_s"}.

    `shared`: all cannot go out before they expire, at this pace, or some did not. Then the arms compete for the same
    sends, and what one gets another lacks: a split of members says nothing of them beside each other."""
    queued = campaign.deliveries.filter(held=False, occurrence=0).count()
    paced = campaign.deliveries.filter(held=False, state=Delivery.State.EXPIRED, postponed__in=PACED).count()
    seconds = queued / campaign.per_second if campaign.per_second else None
    lasts = campaign.expires_after.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(SENT_LATE, [campaign.pk])
        late = cursor.fetchone()
    return {
        "per_second": campaign.per_second,
        "queued": queued,
        "seconds": seconds,
        "lasts_s": lasts,
        "expired": paced,
        "shared": bool(paced) or (campaign.kind == Campaign.Kind.BROADCAST and (seconds or 0) > lasts),
        "late_p50_s": late[0],
        "late_p99_s": late[1],
    }
