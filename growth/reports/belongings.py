"""What this room holds of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from community.members.models import Member
from growth.reports.models import Annotation, Answer, Dashboard, SavedReport


def export(member: Member) -> dict[str, Any]:
    saved = SavedReport.objects.filter(owner=member).order_by("pk")
    boards = Dashboard.objects.filter(owner=member).order_by("pk")
    return {
        "saved_reports": list(saved.values("name", "kind", "params", "shared", "created_at")),
        "dashboards": list(boards.values("name", "shared", "created_at")),
        "annotations": list(Annotation.objects.filter(by=member).order_by("pk").values("day", "text")),
    }


def forget(member: Member) -> None:
    """What they shared stays, as everybody's."""
    forget_units([member.pk])
    SavedReport.objects.filter(owner=member, shared=False).delete()
    Dashboard.objects.filter(owner=member, shared=False).delete()


def forget_units(units: Sequence[int]) -> None:
    """Lists of people that name them go."""
    Answer.objects.filter(persons__overlap=units).delete()
