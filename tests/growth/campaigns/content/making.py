"""Campaigns with a text, and deliveries of them, as rows: what planning makes of them is tested there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from community.members.models import Member
from growth.campaigns.models import Campaign, Delivery, SubscriptionTopic, Variation

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_numbers = count(1)


def campaign(texts: Any = None, *, source: str = "", content: Any = None, **fields: Any) -> Campaign:
    """With one variation: `texts` by language, the rest of its content by name."""
    number = next(_numbers)
    topic = SubscriptionTopic.objects.get(key="news")
    made = Campaign.objects.create(key=f"c-{number}", name=f"C {number}", topic=topic, source=source, **fields)
    content = {"texts": texts or {"en": {"title": "Hello"}}} | (content or {})
    Variation.objects.create(campaign=made, index=0, key="only", name="Only", content=content)
    return made


def delivery(campaign: Campaign, member: Member, *, variation: int = 0, **fields: Any) -> Delivery:
    times = {"planned_at": NOW, "due_at": NOW, "expires_at": NOW + timedelta(hours=24)}
    return Delivery.objects.create(campaign=campaign, member=member, variation=variation, **times | fields)
