"""The providers' secrets, sealed when they are set and opened when something is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from growth.campaigns import sealing
from growth.campaigns.channels.interface import Carrier, Misconfigured
from growth.campaigns.channels.webpush import vapid
from growth.campaigns.models import Channel, Provider


def carrier(provider: Provider) -> Carrier:
    """Raises cryptography.fernet.InvalidToken where its secret was sealed with a key that is gone."""
    return Carrier(provider.key, provider.channel, config=provider.config, secret=_opened(provider))


def set_secret(provider: Provider, secret: Mapping[str, Any]) -> None:
    """Keep these in place of what was there; the caller saves the provider.

    With the key of web push its public one, which browsers ask for, goes into the settings; none of a key that is none.
    """
    if provider.channel == Channel.WEBPUSH and "private_key" in secret:
        with suppress(Misconfigured):
            provider.config = {**provider.config, "public_key": vapid.public_key(str(secret["private_key"]))}
    provider.secret = sealing.seal(json.dumps(dict(secret)).encode()) if secret else b""


def _opened(provider: Provider) -> dict[str, Any]:
    sealed = bytes(provider.secret)
    return dict(json.loads(sealing.unseal(sealed))) if sealed else {}
