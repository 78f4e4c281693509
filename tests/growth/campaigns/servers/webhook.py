"""A receiver of Standard Webhooks that checks the signature, and does nothing twice for one Idempotency-Key."""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from aiohttp import web

from tests.growth.campaigns.servers.faults import Faults
from tests.growth.campaigns.servers.ledger import Ledger
from tests.growth.campaigns.servers.serving import faulty, main

SECRET = "whsec_" + b64encode(b"a secret of this very receiver..").decode()


@dataclass
class Receiver:
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    done: set[str] = field(default_factory=set)
    repeated: int = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/hook", faulty(self.receive)), web.post("/moved", self.moved)]

    async def receive(self, request: web.Request) -> web.Response:
        body, given = await request.read(), request.headers
        if not _is_signed(body, given.get("webhook-id", ""), given.get("webhook-timestamp", ""), given):
            self.ledger.refuse("signature")
            return web.Response(status=401)
        key = given.get("Idempotency-Key", "")
        if not key:
            self.ledger.refuse("no key")
            return web.Response(status=400)
        if key in self.done:
            self.repeated += 1
            return web.Response(status=204)
        self.done.add(key)
        told = json.loads(body)
        self.ledger.take("", told["data"]["id"], told)
        return web.Response(status=204)

    async def moved(self, request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/hook"})


def _is_signed(body: bytes, message_id: str, timestamp: str, given: object) -> bool:
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    right = b64encode(hmac.digest(b64decode(SECRET.removeprefix("whsec_")), signed, sha256)).decode()
    return f"v1,{right}" in given.get("webhook-signature", "").split(" ")  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(lambda ledger: Receiver(ledger))
