"""Apple Push Notification service, with tokens (developer.apple.com, "Sending notification requests to APNs").

Provider: config {"team_id", "key_id", "topic": the app's bundle id, "sandbox": true where it is no published app},
secret {"private_key": the .p8 file}.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
from django.conf import settings

from growth.campaigns.channels.base import Base, secret, setting, too_long
from growth.campaigns.channels.collapsing import within
from growth.campaigns.channels.interface import Carrier, Message, Misconfigured, Outcome, Sending
from growth.campaigns.channels.replies import Reply, plain_outcome
from growth.campaigns.channels.tokens import Token

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

MOST_BYTES = 4096
COLLAPSE_BYTES = 64
RENEWED_AFTER = 45 * 60  # between 20 minutes, or it counts as too often, and 60, or it has expired
TOO_OFTEN_SECONDS = 20 * 60.0
PRIORITY = {"very-low": "1", "low": "5", "normal": "10", "high": "10"}
TOKEN = re.compile(r"[0-9A-Fa-f]{16,400}")

EXPIRED = "ExpiredProviderToken"
OUR_FAULT = (
    "InvalidProviderToken",
    "MissingProviderToken",
    "BadCertificate",
    "BadCertificateEnvironment",
    "Forbidden",
    "TopicDisallowed",
    "BadTopic",
    "MissingTopic",
    "DeviceTokenNotForTopic",
    "InvalidPushType",
)
"""Of the provider's settings: whatever is sent, until somebody acts. No device is to blame, and none is removed."""


class APNs(Base):
    """It knows no repetition (apns-id only names a request); apns-collapse-id lets the second replace the first."""

    collapses = True

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        return super().check(message, carrier) + too_long(len(payload(message)), MOST_BYTES)

    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        carrier, token = sending.carrier, sending.target.address["token"]
        if not TOKEN.fullmatch(token):
            return Outcome("dead_token", reason="BadDeviceToken")
        host = settings.APNS_SANDBOX_URL if carrier.config.get("sandbox") else settings.APNS_URL
        url, headers = f"{host}/3/device/{token}", _headers(sending)
        reply = await _post(url, headers, payload(sending.message), carrier, session)
        if reply.json.get("reason") == EXPIRED:
            session.tokens.forget(_token_key(carrier))
            reply = await _post(url, headers, payload(sending.message), carrier, session)
        return _outcome(reply, sending)


def payload(message: Message) -> bytes:
    aps: dict[str, Any] = {"alert": {"title": message.title, "body": message.body}, "sound": "default"}
    if message.image:
        aps["mutable-content"] = 1  # an extension of the app loads it
    told = {**message.data, "aps": aps, "url": message.url, "image": message.image}
    return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False).encode()


def _headers(sending: Sending) -> dict[str, str]:
    message = sending.message
    return {
        "apns-topic": setting(sending.carrier, "topic"),
        "apns-push-type": "alert",
        "apns-id": sending.idempotency_key,
        "apns-expiration": str(int(time.time()) + message.ttl if message.ttl > 0 else 0),
        "apns-priority": PRIORITY[message.urgency],
        "apns-collapse-id": within(message.collapse_key, COLLAPSE_BYTES),
    }


async def _post(url: str, headers: dict[str, str], body: bytes, carrier: Carrier, session: Sessions) -> Reply:
    token = session.tokens.get(_token_key(carrier), lambda: _token(carrier))
    return await session.http2.post(url, headers=headers | {"authorization": f"bearer {token}"}, body=body)


def _token_key(carrier: Carrier) -> tuple[str, str, str, str]:
    return ("apns", setting(carrier, "team_id"), setting(carrier, "key_id"), secret(carrier, "private_key"))


def _token(carrier: Carrier) -> Token:
    """Raises Misconfigured."""
    now = int(time.time())
    claims, head = {"iss": setting(carrier, "team_id"), "iat": now}, {"kid": setting(carrier, "key_id")}
    try:
        text = jwt.encode(claims, secret(carrier, "private_key"), "ES256", headers=head)
    except (ValueError, TypeError, jwt.PyJWTError) as fault:
        raise Misconfigured(f"private_key: {type(fault).__name__}") from fault
    return Token(text, now + RENEWED_AFTER)


def _outcome(reply: Reply, sending: Sending) -> Outcome:
    if reply.ok:
        return reply.outcome("accepted", external_id=reply.headers.get("apns-id", sending.idempotency_key))
    reason = str(reply.json.get("reason", ""))
    if reply.code == 410:
        return _gone(reply, sending, reason)
    if reason == "BadDeviceToken":
        return reply.outcome("dead_token", reason=reason)
    if reason in OUR_FAULT:
        return reply.outcome("rejected", reason=reason, scope="carrier")
    if reason == "TooManyProviderTokenUpdates":
        return reply.outcome("throttled", after=reply.after or TOO_OFTEN_SECONDS, reason=reason, scope="carrier")
    return plain_outcome(reply, throttles="target", reason=reason)


def _gone(reply: Reply, sending: Sending, reason: str) -> Outcome:
    """The device is no more since `timestamp` (in ms), unless it has registered anew after that."""
    since, registered = _instant(reply.json.get("timestamp")), sending.target.registered_at
    is_old = since is not None and registered is not None and registered > since
    return reply.outcome("rejected" if is_old else "dead_token", reason=reason, at=since)


def _instant(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int) or not 0 < milliseconds < 10**14:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
