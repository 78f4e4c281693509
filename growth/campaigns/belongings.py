"""What this room holds of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from community.members.models import Member
from growth.campaigns.models import CapCount, Consent, Delivery, Device, Entry, Notice, QuietHours

TIMES = ("planned_at", "ended_at", "delivered_at", "opened_at", "clicked_at")


def export(member: Member) -> dict[str, Any]:
    """Addresses of devices are left out: they open the device to whoever has the file."""
    devices = Device.objects.filter(member=member).order_by("pk")
    consents = Consent.objects.filter(member=member).order_by("pk")
    deliveries = Delivery.objects.filter(member=member).order_by("pk")
    notices = Notice.objects.filter(member=member).order_by("pk")
    return {
        "devices": list(devices.values("channel", "label", "language", "created_at", "seen_at", "removed_at")),
        "consents": list(consents.values("topic__key", "channel", "allowed", "at", "source")),
        "quiet_hours": list(QuietHours.objects.filter(member=member).values("since", "until")),
        "notices": list(notices.values("title", "body", "path", "created_at")),
        "messages": list(deliveries.values("campaign__key", "occurrence", "state", "channel", *TIMES)),
    }


@transaction.atomic
def forget(member: Member) -> None:
    """Whose message it was is forgotten, that there was one is not: counts of what went out stay what they were. What
    was to go out does not."""
    for model in (Device, Consent, QuietHours, CapCount, Notice):
        model.objects.filter(member=member).delete()
    theirs = Delivery.objects.filter(member=member)
    theirs.filter(state=Delivery.State.DUE).update(
        state=Delivery.State.CANCELLED, reason="left", ended_at=timezone.now()
    )
    theirs.update(member=None, why={})
    Entry.objects.filter(member=member).update(member=None, data={})
