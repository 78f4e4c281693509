"""What becomes of a message that went out: it is shown, opened, followed. Each is noted once, whoever tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils import timezone

from events.record import record
from growth.campaigns.models import Delivery

Stage = Literal["delivered", "opened", "clicked"]
STAGES: tuple[Stage, ...] = ("delivered", "opened", "clicked")
EVENTS = {"opened": "message_opened", "clicked": "message_clicked"}


@transaction.atomic
def note(delivery_id: int, stage: Stage, *, channel: str, at: datetime | None = None) -> bool:
    """Whether it was news. What was followed was opened, and what was opened had arrived. A message that is gone, or
    that was never sent, is none."""
    rows = Delivery.objects.select_for_update(no_key=True, of=["self"]).select_related("campaign")
    delivery = rows.filter(pk=delivery_id, held=False).first()
    if delivery is None:
        return False
    reached = STAGES[: STAGES.index(stage) + 1]
    news = [one for one in reached if getattr(delivery, f"{one}_at") is None]
    if news:
        at = at or timezone.now()
        Delivery.objects.filter(pk=delivery_id).update(**{f"{one}_at": at for one in news})
        _tell(delivery, news, channel=channel, at=at)
    return bool(news)


def _tell(delivery: Delivery, news: list[Stage], *, channel: str, at: datetime) -> None:
    if delivery.member_id is None:
        return
    about, campaign = ("delivery", delivery.pk), delivery.campaign.key
    for name in [EVENTS[one] for one in news if one in EVENTS]:
        record(name, unit=delivery.member_id, at=at, object=about, campaign=campaign, channel=channel)
