"""Web push: RFC 8030 (the request), 8291 (its encryption), 8292 (who asks).

Provider: config {"subject": mailto: or https: address, optional}, secret {"private_key": vapid.new_key()}.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.translation import gettext as _

from community.webhooks import addresses
from growth.campaigns.channels.base import Base, secret, too_long
from growth.campaigns.channels.collapsing import topic
from growth.campaigns.channels.interface import Carrier, Message, Outcome, Sending
from growth.campaigns.channels.replies import Reply, plain_outcome
from growth.campaigns.channels.webpush import vapid
from growth.campaigns.channels.webpush.payload import MOST_BYTES, payload

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

LONGEST_TTL = 28 * 86_400  # what services keep at most
GONE = (404, 410)  # RFC 8030, 7.3 and 8.3: the subscription is no more


class WebPush(Base):
    collapses = True

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        return super().check(message, carrier) + too_long(len(payload(message)), MOST_BYTES)

    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        address = sending.target.address
        try:
            endpoint = checked(address["endpoint"])
            body = encrypt(payload(sending.message), address)
        except addresses.Refused as fault:
            return Outcome("rejected", reason=str(fault))
        except (ValueError, KeyError):
            return Outcome("dead_token", reason="its keys are none")
        headers = _headers(sending.message) | {"Authorization": _authorization(sending.carrier, endpoint, session)}
        return _outcome(await session.ask("POST", endpoint, headers=headers, body=body, chosen=True))


def checked(endpoint: str) -> str:
    """Where a subscription wants its messages, if we send there: settings.WEBPUSH_HOSTS. Raises addresses.Refused."""
    host = addresses.check(endpoint).hostname or ""
    if settings.WEBPUSH_HOSTS and not any(_names(entry, host) for entry in settings.WEBPUSH_HOSTS):
        raise addresses.Refused(_("This site sends nothing to %(host)s.") % {"host": host})
    return endpoint


def encrypt(plain: bytes, address: Mapping[str, str]) -> bytes:
    """For the browser's key alone, with a key and a salt of this message. Raises ValueError, KeyError."""
    return bytes(
        http_ece.encrypt(
            plain,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=vapid.decode(address["p256dh"]),
            auth_secret=vapid.decode(address["auth"]),
            version="aes128gcm",
        )
    )


def _names(entry: str, host: str) -> bool:
    """An entry is a host, or, with *. before it, all those under it."""
    return host.endswith(entry[1:]) if entry.startswith("*.") else host == entry


def _headers(message: Message) -> dict[str, str]:
    return {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, min(message.ttl, LONGEST_TTL))),
        "Urgency": message.urgency,
        "Topic": topic(message.collapse_key),
    }


def _authorization(carrier: Carrier, endpoint: str, session: Sessions) -> str:
    key = secret(carrier, "private_key")
    who = carrier.config.get("subject") or _mail_to(settings.DEFAULT_FROM_EMAIL)
    aud = vapid.audience(endpoint)
    return session.tokens.get(("vapid", key, who, aud), lambda: vapid.token(key, endpoint=endpoint, subject=who))


@lru_cache(maxsize=8)
def _mail_to(sender: str) -> str:
    return f"mailto:{parseaddr(sender)[1]}"


def _outcome(reply: Reply) -> Outcome:
    """A 429 is taken to speak of this browser alone: whoever chose the address must not stop the others' messages."""
    if reply.ok:
        return reply.outcome("accepted", external_id=reply.headers.get("location", ""))
    if reply.code in GONE:
        return reply.outcome("dead_token", reason=f"HTTP {reply.code}")
    return plain_outcome(reply, throttles="target", reason=_said(reply))


def _said(reply: Reply) -> str:
    return f"HTTP {reply.code} {reply.body[:120].decode(errors='replace')}".strip() if reply.code else ""
