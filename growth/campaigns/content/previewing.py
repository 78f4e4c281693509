"""A message as one real member would get it now, by each channel; nothing is written down or sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from growth.campaigns.content import sources
from growth.campaigns.content.composing import Composed, Problem, composed
from growth.campaigns.content.gathering import Batch, readers
from growth.campaigns.content.shapes import read
from growth.campaigns.models import Campaign, Delivery


def preview(
    campaign: Campaign, content: Any, member_id: int, *, now: datetime, data: Mapping[str, Any] | None = None
) -> Composed | Problem:
    """As compose() would say; nothing need be saved. `data` is what a program would give."""
    delivery = Delivery(campaign_id=campaign.pk or 0, member_id=member_id, expires_at=now + campaign.expires_after)
    found = sources.find(campaign.source, {member_id}, now) if campaign.source in sources.SOURCES else {}
    batch = Batch(
        campaigns={campaign.pk or 0: campaign},
        contents={(campaign.pk or 0, 0): read(content)},
        readers=readers({member_id}),
        entries={(campaign.pk or 0, member_id, 0): data or {}},
        found={campaign.pk or 0: found},
    )
    return composed(delivery, batch, now)
