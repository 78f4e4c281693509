"""Messages to a program of the member's: Standard Webhooks (community/webhooks/signing.py) with an Idempotency-Key.

Provider: neither settings nor a secret; each target has a secret of its own (whsec_…).
"""

from __future__ import annotations

import binascii
import json
import time
from typing import TYPE_CHECKING

from community.webhooks import signing
from growth.campaigns.channels.base import Base, too_long
from growth.campaigns.channels.interface import Carrier, Message, Outcome, Sending
from growth.campaigns.channels.replies import plain_outcome

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

MOST_BYTES = 20_000  # Standard Webhooks, "Payload size"


class Webhook(Base):
    """Receivers know a repetition by webhook-id and Idempotency-Key, the same at every attempt."""

    repeats_are_known = True

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        return super().check(message, carrier) + too_long(len(payload(message)), MOST_BYTES)

    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        body, address = payload(sending.message), sending.target.address
        try:
            signature = signing.sign(
                body,
                message_id=str(sending.message.message_id),
                timestamp=int(time.time()),
                secrets=[address["secret"]],
            )
        except (binascii.Error, KeyError):
            return Outcome("dead_token", reason="its secret is none")
        headers = {"Content-Type": "application/json", "Idempotency-Key": sending.idempotency_key, **signature}
        reply = await session.ask("POST", address["url"], headers=headers, body=body, chosen=True)
        if reply.ok:
            return reply.outcome("accepted", external_id=sending.idempotency_key)
        if reply.code == 410:  # Standard Webhooks: the endpoint wants no more
            return reply.outcome("dead_token", reason="HTTP 410")
        return plain_outcome(reply, throttles="target")


def payload(message: Message) -> bytes:
    """The same bytes at every attempt."""
    data = {
        "id": str(message.message_id),
        "title": message.title,
        "body": message.body,
        "text": message.text,
        "url": message.url,
        "image": message.image,
        "language": message.language,
        "data": dict(message.data),
        "unsubscribe_url": message.unsubscribe_url,
    }
    told = {"type": "campaign.message", "data": {name: value for name, value in data.items() if value}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
