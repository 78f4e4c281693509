"""The Message-ID of a letter, signed: who names it in a report has seen the letter. Short, for a header that is folded
is not understood everywhere."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

SIGNED = 11  # bytes: with the 16 of the UUID they fill 36 characters of base64
_OURS = re.compile(r"<([A-Za-z0-9_-]{36})@[^@\s]+>")


def name(message_id: UUID) -> str:
    said = urlsafe_b64encode(message_id.bytes + _signature(message_id.bytes)).decode()
    return f"<{said}@{urlsplit(settings.SITE_URL).hostname}>"


def is_ours(text: str) -> bool:
    found = _OURS.fullmatch(text)
    said = urlsafe_b64decode(found[1]) if found else b""
    return found is not None and hmac.compare_digest(said[16:], _signature(said[:16]))


def _signature(said: bytes) -> bytes:
    return salted_hmac("campaigns.letter", said, algorithm="sha256").digest()[:SIGNED]
