"""What this room holds of a member, for whoever takes their data along or leaves (settings.BELONGINGS)."""

from __future__ import annotations

from typing import Any

from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from community.api.models import Token
from community.api.programs.applications import guests
from community.members.models import Member


def export(member: Member) -> dict[str, Any]:
    """No secrets and no hashes: they are of no use to the member, and the file may lie about."""
    tokens = Token.objects.of(member).order_by("pk")
    applications = Application.objects.filter(user=member).order_by("pk")
    return {
        "tokens": list(
            tokens.values("name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
        ),
        "applications": list(applications.values("name", "client_id", "client_type", "redirect_uris", "created")),
        "let_in": [{"name": str(guest.application), "scopes": sorted(guest.scopes)} for guest in guests(member)],
    }


def forget(member: Member) -> None:
    """Their applications go too, and with them what these may do for others."""
    Token.objects.of(member).delete()
    for model in (Application, Grant, RefreshToken, AccessToken):
        model.objects.filter(user=member).delete()
