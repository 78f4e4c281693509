"""A message that went out, as the sender leaves its row."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from community.members.models import Member
from growth.campaigns.models import Delivery
from tests.growth.campaigns import builders


def sent(member: Member | None, **fields: Any) -> Delivery:
    now = timezone.now()
    fields = {"state": "sent", "ended_at": now, "channel": "email", **fields}
    return Delivery.objects.create(
        campaign=builders.campaign(), member=member, planned_at=now, due_at=now, expires_at=now, **fields
    )
