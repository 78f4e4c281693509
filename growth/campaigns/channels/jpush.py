"""极光 JPush, REST v3 (docs.jiguang.cn/jpush/server/push/rest_api_v3_push).

Provider: config {"app_key", "production": false for apps of Apple that are not published}, secret {"master_secret"}.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings

from growth.campaigns.channels.base import Base, secret, setting, too_long
from growth.campaigns.channels.collapsing import within
from growth.campaigns.channels.interface import Carrier, Message, Misconfigured, Outcome, Sending, Unavailable
from growth.campaigns.channels.replies import Reply, plain_outcome

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

MOST_BYTES = {"android": 4000, "ios": 2048}  # of a platform's part
LONGEST_TTL = 10 * 86_400
MOST_KEYS = 1000  # in an answer; apps that pay nothing are given ten

NO_SUCH_DEVICE = 1011  # "cannot find user by this audience": it uninstalled the app, or was not seen for 255 days
BAD_ARGUMENT = 1003
OUR_FAULT = (1004, 1008, 1009, 1010, 1016, 1020, 2003)  # credentials, the app, what it may
TOO_MANY = (2002, 2008)


class JPush(Base):
    """A second request with one cid gets the first one's answer, for a day."""

    repeats_are_known = True

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        parts = _notification(message)
        found = [too_long(len(_encoded(parts[platform])), most) for platform, most in MOST_BYTES.items()]
        return [*super().check(message, carrier), *dict.fromkeys(problem for problems in found for problem in problems)]

    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        url, headers = f"{settings.JPUSH_URL}/v3/push", _headers(sending.carrier)
        return _outcome(await session.ask("POST", url, headers=headers, body=_body(sending)))

    async def keys(self, carrier: Carrier, count: int, session: Sessions) -> Sequence[str]:
        """Where the provider's settings are wrong they are empty, and no message keeps them: the sending says so."""
        found: list[str] = []
        try:
            while len(found) < count:
                found += await _some_keys(carrier, count - len(found), session)
        except Misconfigured:
            return [""] * count
        return found[:count]


async def _some_keys(carrier: Carrier, count: int, session: Sessions) -> list[str]:
    """Raises Unavailable, Misconfigured."""
    url = f"{settings.JPUSH_URL}/v3/push/cid?count={min(count, MOST_KEYS)}&type=push"
    reply = await session.ask("GET", url, headers=_headers(carrier))
    found = reply.json.get("cidlist")
    if reply.code in (401, 403):
        raise Misconfigured(f"HTTP {reply.code}")
    if not reply.ok or not isinstance(found, list) or not found:
        raise Unavailable(f"no cid: {reply.fault or reply.code}", _after(reply))
    return [str(key) for key in found]


def _headers(carrier: Carrier) -> dict[str, str]:
    who = f"{setting(carrier, 'app_key')}:{secret(carrier, 'master_secret')}"
    return {"Authorization": f"Basic {b64encode(who.encode()).decode()}", "Content-Type": "application/json"}


def _body(sending: Sending) -> bytes:
    message = sending.message
    return _encoded(
        {
            "cid": sending.idempotency_key,
            "platform": "all",
            "audience": {"registration_id": [sending.target.address["registration_id"]]},
            "notification": _notification(message),
            "options": {
                "time_to_live": max(0, min(message.ttl, LONGEST_TTL)),
                "apns_production": sending.carrier.config.get("production", True),
                "apns_collapse_id": within(message.collapse_key, 64),
            },
        }
    )


def _notification(message: Message) -> dict[str, Any]:
    extras = {**message.data, "url": message.url}
    android: dict[str, Any] = {"alert": message.body, "title": message.title, "extras": extras}
    if message.icon:
        android["large_icon"] = message.icon
    if message.image:
        android |= {"style": 3, "big_pic_path": message.image}
    alert = {"title": message.title, "body": message.body}
    return {"android": android, "ios": {"alert": alert, "sound": "default", "extras": extras}}


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _outcome(reply: Reply) -> Outcome:
    if reply.ok:
        return reply.outcome("accepted", external_id=str(reply.json.get("msg_id", "")))
    error = reply.json.get("error")
    code, said = (error.get("code"), str(error.get("message", ""))) if isinstance(error, dict) else (None, "")
    reason = f"{code} {said}".strip() if code else ""
    if code == NO_SUCH_DEVICE or (code == BAD_ARGUMENT and "registration" in said.lower()):
        return reply.outcome("dead_token", reason=reason)
    if code in TOO_MANY or reply.code == 429:
        return reply.outcome("throttled", after=_after(reply), reason=reason or "HTTP 429", scope="carrier")
    if code in OUR_FAULT or reply.code in (401, 403):
        return reply.outcome("rejected", reason=reason or f"HTTP {reply.code}", scope="carrier")
    return plain_outcome(reply, throttles="carrier", reason=reason)


def _after(reply: Reply) -> float | None:
    """X-Rate-Limit-Reset: the seconds until requests are counted anew."""
    reset = reply.headers.get("x-rate-limit-reset", "")
    return float(reset) if reset.isascii() and reset.isdigit() and len(reset) < 5 else reply.after
