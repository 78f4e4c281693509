"""Who may do what to campaigns by a program: what they may in the admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from growth.campaigns.models import Campaign


def check(member: Any, act: str = "view") -> None:
    """`act`: view, add, change or launch."""
    if not (member.is_staff and member.has_perm(f"campaigns.{act}_campaign")):
        raise PermissionDenied


def found(key: str) -> Campaign:
    campaign = Campaign.objects.select_related("topic", "segment", "goal__metric").filter(key=key).first()
    if campaign is None:
        raise Http404
    return campaign
