"""A message as one real member would get it now, by each channel; nothing is written down or sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from community.forum.models import Topic
from community.members.models import Member
from growth.campaigns.content import sources
from growth.campaigns.content.composing import Composed, Problem, composed
from growth.campaigns.content.gathering import Batch, readers
from growth.campaigns.content.shapes import read
from growth.campaigns.models import Campaign, Delivery


def preview(
    campaign: Campaign,
    content: Any,
    member_id: int,
    *,
    now: datetime,
    looker: Member,
    data: Mapping[str, Any] | None = None,
) -> Composed | Problem:
    """As compose() would say; nothing need be saved. `data` is what a program would give. Of what the source finds the
    `looker` is shown what they may read themselves; a Problem `unreadable` where that is nothing."""
    delivery = Delivery(campaign_id=campaign.pk or 0, member_id=member_id, expires_at=now + campaign.expires_after)
    found = sources.find(campaign.source, {member_id}, now) if campaign.source in sources.SOURCES else {}
    shown = _readable(found, looker)
    if found and not shown:
        return Problem(Delivery.State.CANCELLED, "unreadable")
    batch = Batch(
        campaigns={campaign.pk or 0: campaign},
        contents={(campaign.pk or 0, 0): read(content)},
        readers=readers({member_id}),
        entries={(campaign.pk or 0, member_id, 0): data or {}},
        found={campaign.pk or 0: shown},
    )
    return composed(delivery, batch, now)


def _readable(found: sources.Found, looker: Member) -> sources.Found:
    """Without the topics that the looker may not open, and without those for whom nothing is left."""
    topics = {topic for one in found.values() for topic in one["topics"]}
    open_to = set(Topic.objects.visible_to(looker).filter(pk__in=topics).values_list("pk", flat=True)) if topics else ()
    left = {pk: _without(one, {topic for topic in one["topics"] if topic not in open_to}) for pk, one in found.items()}
    return {pk: one for pk, one in left.items() if one["topics"]}


def _without(one: Mapping[str, Any], closed: set[int]) -> Mapping[str, Any]:
    kept = [pair for pair in zip(one["items"], one["topics"], strict=True) if pair[1] not in closed]
    items, topics = [item for item, _topic in kept], [topic for _item, topic in kept]
    return {"items": items, "topics": topics, "count": one["count"] - len(closed)}
