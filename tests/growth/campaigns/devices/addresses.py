"""Addresses as browsers and telephones give them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_POINT = ec.derive_private_key(7, ec.SECP256R1()).public_key()
P256DH = urlsafe_b64encode(_POINT.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode().rstrip("=")
AUTH = urlsafe_b64encode(b"sixteen bytes ok").decode().rstrip("=")

TOKENS: dict[str, dict[str, Any]] = {
    "fcm": {"token": "fcm-token:APA91b_" + "x" * 100},
    "apns": {"token": "0a" * 32},
    "jpush": {"registration_id": "1104a89792f2b1ff0e7"},
    "webhook": {"url": "https://example.org/hook", "secret": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
}


def browser(name: str = "a") -> dict[str, str]:
    """The subscription of a browser; another name is another one."""
    return {"endpoint": f"https://push.example.org/send/{name}", "p256dh": P256DH, "auth": AUTH}
