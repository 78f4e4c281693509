"""What this room holds of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

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
    """Lists of people that name them go; what they shared stays, as everybody's."""
    Answer.objects.filter(persons__contains=[member.pk]).delete()
    SavedReport.objects.filter(owner=member, shared=False).delete()
    Dashboard.objects.filter(owner=member, shared=False).delete()
