"""Addresses of devices: which ones we take, and by what two are told apart."""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Mapping
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.utils.translation import gettext as _

from community.webhooks import addresses
from community.webhooks.addresses import Refused
from growth.campaigns.channels import webpush

NAMED_BY = {"webpush": "endpoint", "fcm": "token", "apns": "token", "jpush": "registration_id", "webhook": "url"}
"""What an address is known by. The keys beside it may change while it stays the same device."""

MOST = 2000  # characters of one part


def tidy(channel: str, given: Mapping[str, object]) -> dict[str, str]:
    """The address with the parts that its channel has (channels/interface.py, Target). Raises Refused with a sentence
    for whoever gave it: an address that is no such thing, or that lies in a network of ours."""
    if channel not in _CHECKS:
        raise Refused(_("Devices are not registered for this channel."))
    checks = _CHECKS[channel]
    parts = {name: given.get(name) for name in checks}
    found = {name: part for name, part in parts.items() if isinstance(part, str) and len(part) <= MOST}
    for name, check in checks.items():
        if not found.get(name, "").isprintable() or not check(found.get(name, "")):
            raise Refused(_("“%(part)s” is missing or is none.") % {"part": name})
    return found


def fingerprint(channel: str, address: Mapping[str, str], *, member_id: int) -> bytes:
    """One for a browser or a telephone, whoever holds it: its address is known to nobody else. An endpoint's may be, so
    that of each member is another."""
    whose = f"{member_id} " if channel == "webhook" else ""
    return sha256(f"{whose}{address[NAMED_BY[channel]]}".encode()).digest()


def _may_be_called(url: str) -> bool:
    return bool(addresses.check(url))  # raises Refused, which says more


def _is_push_service(url: str) -> bool:
    return bool(webpush.checked(url))  # raises Refused, which says more


def _is_public_key(text: str) -> bool:
    """RFC 8291, 2.1: an uncompressed point of P-256."""
    try:
        point = _base64(text)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == 65


def _is_authentication_secret(text: str) -> bool:
    try:
        return len(_base64(text)) == 16
    except ValueError:
        return False


def _is_webhook_secret(text: str) -> bool:
    try:
        return text.startswith("whsec_") and 24 <= len(b64decode(text.removeprefix("whsec_"), validate=True)) <= 64
    except ValueError:
        return False


def _base64(text: str) -> bytes:
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


_CHECKS: dict[str, dict[str, Callable[[str], bool]]] = {
    "webpush": {"endpoint": _is_push_service, "p256dh": _is_public_key, "auth": _is_authentication_secret},
    "fcm": {"token": _like(r"[\w:.-]{20,2000}")},
    "apns": {"token": _like(r"(?i:[0-9a-f]{2}){32,100}")},
    "jpush": {"registration_id": _like(r"[0-9A-Za-z_-]{8,64}")},
    "webhook": {"url": _may_be_called, "secret": _is_webhook_secret},
}
