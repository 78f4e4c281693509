"""Firebase Cloud Messaging, HTTP v1 (firebase.google.com/docs/reference/fcm/rest/v1/projects.messages).

Provider: config {"project": id}, secret {"client_email", "private_key"} of a service account's JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import jwt
from django.conf import settings
from django.utils.translation import gettext as _

from growth.campaigns.channels.base import Base, secret, setting, too_long
from growth.campaigns.channels.collapsing import topic, within
from growth.campaigns.channels.interface import Carrier, Message, Misconfigured, Outcome, Sending, Unavailable
from growth.campaigns.channels.replies import Reply, plain_outcome
from growth.campaigns.channels.tokens import Token

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

MOST_BYTES = 4000
LONGEST_TTL = 28 * 86_400
QUOTA_SECONDS = 60.0  # to wait where a 429 does not say (docs, "Scale FCM")
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
TOKEN_SECONDS, TOKEN_MARGIN = 3600, 300
RESERVED = ("google.", "gcm.")  # how names of data may not begin
RESERVED_NAMES = ("from", "message_type", "collapse_key")


class FCM(Base):
    """It knows no repetition; a second message with one tag takes the place of the first."""

    collapses = True

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        return [
            *super().check(message, carrier),
            *too_long(len(_body(message, "")), MOST_BYTES),
            *[_("Data may not be named “%s”.") % name for name in message.data if _is_reserved(name)],
        ]

    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        carrier, body = sending.carrier, _body(sending.message, sending.target.address["token"])
        url = f"{settings.FCM_URL}/v1/projects/{quote(setting(carrier, 'project'), safe='')}/messages:send"
        try:
            reply = await _post(url, body, carrier, session)
            if reply.code == 401:  # it was withdrawn before its time
                session.tokens.forget(_token_key(carrier))
                reply = await _post(url, body, carrier, session)
        except Unavailable as fault:
            return Outcome("retry", after=fault.after, reason=str(fault)[:200])
        return _outcome(reply, is_good=not self.check(sending.message, carrier))


def _is_reserved(name: str) -> bool:
    return name in RESERVED_NAMES or name.startswith(RESERVED)


def _body(message: Message, token: str) -> bytes:
    shown = {"title": message.title, "body": message.body, "image": message.image}
    told = {
        "token": token,
        "notification": {name: value for name, value in shown.items() if value},
        "data": {**{name: _text(value) for name, value in message.data.items()}, "url": message.url},
        "android": _android(message),
        "apns": {"headers": _apns(message)},
        "webpush": {"headers": _webpush(message), "fcm_options": {"link": message.url}},
    }
    return json.dumps({"message": told}, ensure_ascii=False, separators=(",", ":")).encode()


def _android(message: Message) -> dict[str, Any]:
    return {
        "collapse_key": message.collapse_key,
        "ttl": f"{_ttl(message)}s",
        "priority": "HIGH" if message.urgency == "high" else "NORMAL",
        "notification": {"tag": message.collapse_key},
    }


def _apns(message: Message) -> dict[str, str]:
    return {
        "apns-collapse-id": within(message.collapse_key, 64),
        "apns-expiration": str(int(time.time()) + _ttl(message)),
    }


def _webpush(message: Message) -> dict[str, str]:
    return {"TTL": str(_ttl(message)), "Urgency": message.urgency, "Topic": topic(message.collapse_key)}


def _ttl(message: Message) -> int:
    return max(0, min(message.ttl, LONGEST_TTL))


def _text(value: object) -> str:
    """Data of FCM are texts."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _post(url: str, body: bytes, carrier: Carrier, session: Sessions) -> Reply:
    """Raises Unavailable, Misconfigured."""
    token = await session.tokens.fetch(_token_key(carrier), lambda: _ask_token(carrier, session))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; UTF-8"}
    return await session.ask("POST", url, headers=headers, body=body)


def _token_key(carrier: Carrier) -> tuple[str, str, str]:
    return ("fcm", carrier.key, secret(carrier, "private_key"))


async def _ask_token(carrier: Carrier, session: Sessions) -> Token:
    """RFC 7523: a signed statement in exchange for a bearer token of an hour."""
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": _assertion(carrier)}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await session.ask("POST", settings.FCM_TOKEN_URL, headers=headers, body=urlencode(grant).encode())
    token = reply.json.get("access_token")
    if reply.ok and isinstance(token, str):
        lasts = float(reply.json.get("expires_in", TOKEN_SECONDS))
        return Token(token, time.time() + max(lasts - TOKEN_MARGIN, 0))
    if reply.code in (400, 401, 403):
        raise Misconfigured(f"no token: {reply.json.get('error', reply.code)}")
    raise Unavailable(f"no token: {reply.fault or reply.code}", reply.after)


def _assertion(carrier: Carrier) -> str:
    now = int(time.time())
    claims = {"iss": secret(carrier, "client_email"), "scope": SCOPE, "aud": settings.FCM_TOKEN_URL}
    try:
        return jwt.encode(claims | {"iat": now, "exp": now + TOKEN_SECONDS}, secret(carrier, "private_key"), "RS256")
    except (ValueError, TypeError, jwt.PyJWTError) as fault:
        raise Misconfigured(f"private_key: {type(fault).__name__}") from fault


def _outcome(reply: Reply, *, is_good: bool) -> Outcome:
    """docs, "FCM ErrorCode". An invalid argument is the token's where it is named and the rest is known to be good."""
    if reply.ok:
        return reply.outcome("accepted", external_id=str(reply.json.get("name", "")))
    error = _mapping(reply.json.get("error"))
    code = _error_code(error) or str(error.get("status", ""))
    if code in ("UNREGISTERED", "SENDER_ID_MISMATCH") or (is_good and _is_of_token(error)):
        return reply.outcome("dead_token", reason=code)
    if code == "QUOTA_EXCEEDED" or reply.code == 429:
        after = QUOTA_SECONDS if reply.after is None else reply.after
        return reply.outcome("throttled", after=after, reason=code, scope="carrier")
    if reply.code in (401, 403, 404):  # of the project or its credentials, since it is not the token's
        return reply.outcome("rejected", reason=code or f"HTTP {reply.code}", scope="carrier")
    return plain_outcome(reply, throttles="carrier", reason=code)


def _details(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = error.get("details")
    return [_mapping(detail) for detail in found] if isinstance(found, list) else []


def _error_code(error: Mapping[str, Any]) -> str:
    codes = (detail.get("errorCode") for detail in _details(error))
    return next((code for code in codes if isinstance(code, str)), "")


def _is_of_token(error: Mapping[str, Any]) -> bool:
    named = [_mapping(field).get("field") for detail in _details(error) for field in detail.get("fieldViolations", [])]
    return "message.token" in named


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
