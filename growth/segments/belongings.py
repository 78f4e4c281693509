"""What this room holds of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from community.members.models import Member
from growth.reports.models import Answer
from growth.segments import keeping
from growth.segments.models import Membership


def export(member: Member) -> list[dict[str, Any]]:
    spans = Membership.objects.filter(person=member.pk).order_by("entered_at", "pk")
    return [
        {"segment": name, "entered_at": entered, "left_at": left}
        for name, entered, left in spans.values_list("segment__name", "entered_at", "left_at")
    ]


def forget(member: Member) -> None:
    forget_units([member.pk])


def forget_units(units: Sequence[int]) -> None:
    """Computed timelines hold what they did; any segment's computed answer may name them in its sample."""
    keeping.forget(units)
    Answer.objects.filter(Q(kind="timeline", params__person__in=units) | Q(kind="segment")).delete()
