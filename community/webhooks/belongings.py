"""What this room holds of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from community.members.models import Member
from community.webhooks.models import Delivery


def export(member: Member) -> list[dict[str, Any]]:
    """What other systems were told of their acts."""
    told = Delivery.objects.filter(unit=member.pk).order_by("pk")
    return [dict(row) for row in told.values("name", "at", "object_kind", "object_id", "value", "state")]


def forget(member: Member) -> None:
    forget_units([member.pk])


def forget_units(units: Sequence[int]) -> None:
    """What was not delivered yet is not delivered any more."""
    Delivery.objects.filter(unit__in=units).delete()
