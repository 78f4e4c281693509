"""Who we are to push services: RFC 8292. A token is signed for each of them and used for half a day."""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from growth.campaigns.channels.interface import Misconfigured
from growth.campaigns.channels.tokens import Token

LASTS, RENEWED_AFTER = 20 * 3600, 12 * 3600
"""Seconds; services take at most 24 hours (section 2)."""


def new_key() -> tuple[str, str]:
    """A private key and its public one, in the base64url that browsers and other tools use for them."""
    private = ec.generate_private_key(ec.SECP256R1())
    number = private.private_numbers().private_value.to_bytes(32, "big")
    return encode(number), encode(_point(private))


def public_key(private: str) -> str:
    """What browsers subscribe with (applicationServerKey). Raises Misconfigured."""
    return encode(_point(_key(private)))


def token(private: str, *, endpoint: str, subject: str) -> Token:
    """`subject` is a mailto: or https: address at which push services reach us. Raises Misconfigured."""
    now = int(time.time())
    claims = {"aud": audience(endpoint), "exp": now + LASTS, "sub": subject}
    return Token(f"vapid t={jwt.encode(claims, _key(private), 'ES256')},k={public_key(private)}", now + RENEWED_AFTER)


def audience(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def encode(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(value: str) -> bytes:
    """Raises ValueError."""
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


@lru_cache(maxsize=8)
def _key(private: str) -> ec.EllipticCurvePrivateKey:
    try:
        number = decode(private)
        if len(number) != 32:
            raise ValueError("it has 32 bytes")
        return ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())
    except ValueError as fault:
        raise Misconfigured(f"private_key: {fault}") from fault


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
