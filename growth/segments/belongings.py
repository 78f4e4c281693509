"""What this room holds of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

from typing import Any

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
    """Computed timelines hold what they did."""
    keeping.forget(member.pk)
    Answer.objects.filter(kind="timeline", params__person=member.pk).delete()
