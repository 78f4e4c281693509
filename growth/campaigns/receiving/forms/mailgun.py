"""Mailgun's webhooks (documentation.mailgun.com, "Webhooks"): HMAC-SHA256 of timestamp and token, beside the event.

Provider: config {"receipts": "mailgun"}, secret {"receipts": the webhook signing key}. The signature does not cover the
event, so the key's worth is that of the connection's: https alone.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from growth.campaigns.channels.interface import Carrier
from growth.campaigns.receiving.forms.standard import TOLERANCE
from growth.campaigns.receiving.told import Asked, Kind, Told, Unproved, Unreadable, parsed, text, tidy

PLAIN: tuple[Kind, ...] = ("delivered", "opened", "clicked", "complained", "unsubscribed")


def prove(asked: Asked, carrier: Carrier) -> None:
    """Raises Unproved, Unreadable."""
    stamp, token, given = (str(_part(asked, "signature").get(name, "")) for name in ("timestamp", "token", "signature"))
    key = str(carrier.secret.get("receipts", ""))
    right = hmac.digest(key.encode(), f"{stamp}{token}".encode(errors="replace"), sha256).hex()
    if not key or not hmac.compare_digest(right.encode(), given.encode(errors="replace")):
        raise Unproved("The signature is not right.")
    if not stamp.isdigit() or abs(asked.now.timestamp() - int(stamp)) > TOLERANCE:
        raise Unproved(f"The timestamp is more than {TOLERANCE} seconds away.")


def read(asked: Asked) -> list[Told]:
    """Raises Unreadable. Events that say nothing of a message's fate are left out."""
    event = _part(asked, "event-data")
    try:
        message = text(event["message"]["headers"]["message-id"], "message-id")
        at = datetime.fromtimestamp(float(event["timestamp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Unreadable("event-data lacks its message-id or timestamp.") from error
    event_id, status = text(event.get("id"), "event-data.id"), event.get("delivery-status")
    detail = tidy(status.get("message") or status.get("code")) if isinstance(status, dict) else ""
    return [Told(event_id, kind, message, at, detail) for kind in _kinds(event)]


def _kinds(event: dict[str, Any]) -> tuple[Kind, ...]:
    if event.get("event") == "failed":
        return ("bounced", "dead") if event.get("severity") == "permanent" else ("bounced",)
    return tuple(kind for kind in PLAIN if kind == event.get("event"))


def _part(asked: Asked, name: str) -> dict[str, Any]:
    given = parsed(asked.body)
    part = given.get(name) if isinstance(given, dict) else None
    if not isinstance(part, dict):
        raise Unreadable(f"{name} is missing.")
    return part
