"""Collapse keys as services take them: the key itself where it fits, else a hash of it. Pure."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import sha256

TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
"""RFC 8030, 5.4: at most 32 characters of the URL-safe base64 alphabet."""


def topic(key: str) -> str:
    return key if TOPIC.fullmatch(key) else urlsafe_b64encode(sha256(key.encode()).digest())[:32].decode()


def within(key: str, most: int) -> str:
    """The key in at most `most` (≥ 64) bytes of visible ASCII, as it may stand in a header."""
    plain = key.isascii() and key.isprintable() and " " not in key
    return key if plain and 0 < len(key) <= most else sha256(key.encode()).hexdigest()
