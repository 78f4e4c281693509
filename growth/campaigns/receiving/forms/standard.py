"""Our own form, for gateways and relays: signed as Standard Webhooks says, `{"events": [...]}`.

Provider: secret {"receipts": "whsec_…"}; while it is being changed, the new and the old one with a space between.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from datetime import datetime
from typing import Any

from community.webhooks.signing import sign
from growth.campaigns.channels.interface import Carrier
from growth.campaigns.receiving.told import KINDS, MOST, Asked, Told, Unproved, Unreadable, parsed, text, tidy

TOLERANCE = 300  # seconds that clocks may differ, and that a request may be repeated in
LEAST_BYTES = 24  # of a secret
NEEDED, OPTIONAL = {"id", "kind", "message", "at"}, {"detail"}


def prove(asked: Asked, carrier: Carrier) -> None:
    """Raises Unproved."""
    message_id, stamp, given = (asked.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
        raise Unproved("webhook-timestamp is missing, or no number of seconds.")
    if abs(asked.now.timestamp() - int(stamp)) > TOLERANCE:
        raise Unproved(f"webhook-timestamp is more than {TOLERANCE} seconds away.")
    proof = sign(asked.body, message_id=message_id, timestamp=int(stamp), secrets=_secrets(carrier))
    right = [one.encode() for one in proof["webhook-signature"].split()]
    if not any(hmac.compare_digest(one, other.encode()) for one in right for other in given.split()):
        raise Unproved("webhook-signature is not right.")


def read(asked: Asked) -> list[Told]:
    """Raises Unreadable."""
    given = parsed(asked.body)
    events = given.get("events") if isinstance(given, dict) else None
    if not isinstance(events, list) or set(given) != {"events"}:
        raise Unreadable('An object with "events" alone is needed.')
    if len(events) > MOST:
        raise Unreadable(f"At most {MOST} events.")
    return [_event(one, f"events[{index}]") for index, one in enumerate(events)]


def _secrets(carrier: Carrier) -> list[str]:
    found = str(carrier.secret.get("receipts", "")).split()
    try:
        weak = [one for one in found if len(b64decode(one.removeprefix("whsec_"), validate=True)) < LEAST_BYTES]
    except ValueError:
        weak = found
    if not found or weak:
        raise Unproved("This provider has no secret for receipts.")
    return found


def _event(given: Any, where: str) -> Told:
    if not isinstance(given, dict):
        raise Unreadable(f"{where} is no object.")
    if wrong := (NEEDED - set(given)) | (set(given) - NEEDED - OPTIONAL):
        raise Unreadable(f"{where} lacks, or should not have: {', '.join(sorted(wrong))[:200]}.")
    if given["kind"] not in KINDS:
        raise Unreadable(f"{where}.kind must be one of {', '.join(KINDS)}.")
    event_id, message = (text(given[name], f"{where}.{name}") for name in ("id", "message"))
    return Told(event_id, given["kind"], message, _time(given["at"], where), tidy(given.get("detail")))


def _time(given: object, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Unreadable(f"{where}.at must be a time with its offset, as 2026-11-21T09:30:00Z.")
    return at
