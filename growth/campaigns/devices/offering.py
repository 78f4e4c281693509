"""Whether browsers can be reached at all: by the key that they are to trust (RFC 8292), of the provider in use."""

from __future__ import annotations

from community.nearby import cache
from growth.campaigns.models import Channel, Provider

_KEPT_FOR = 60  # seconds


def public_key() -> str:
    """Base64url, as browsers take it; empty where no provider of web push is in use."""
    return cache.get_or_set("push-key", _find, _KEPT_FOR)


def _find() -> str:
    provider = Provider.objects.serving(Channel.WEBPUSH).first()
    return str(provider.config.get("public_key", "")) if provider else ""
