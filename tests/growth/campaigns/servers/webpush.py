"""A push service with browsers behind it: checks what RFC 8030, 8291 and 8292 ask for, and decrypts (http_ece)."""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

import http_ece
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.growth.campaigns.servers.faults import Faults
from tests.growth.campaigns.servers.ledger import Ledger
from tests.growth.campaigns.servers.serving import faulty, main

BROWSER = ec.derive_private_key(
    int.from_bytes(sha256(b"every browser of this service").digest(), "big"), ec.SECP256R1()
)


def subscription(url: str, number: int) -> dict[str, str]:
    """What the browser with this number registers; all have one key, and a secret each."""
    point = BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"endpoint": f"{url}/push/{number}", "p256dh": _encode(point), "auth": _encode(_secret(number))}


class Refused(Exception):
    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass
class PushService:
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    key: str = ""  # that browsers subscribed with; empty: any
    url: str = ""  # where it serves, as subscriptions say
    tokens: set[str] = field(default_factory=set)  # that were found good

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/push/{number}", faulty(self.push))]

    async def push(self, request: web.Request) -> web.Response:
        try:
            self._check_head(request)
            shown = self._read(await request.read(), int(request.match_info["number"]))
        except Refused as refusal:
            self.ledger.refuse(str(refusal))
            return web.Response(status=refusal.code, text=str(refusal))
        self.ledger.take(request.headers["Topic"], shown["notification"]["data"]["id"], shown)
        place = f"{request.url.origin()}/message/{self.ledger.messages.total()}"
        return web.Response(status=201, headers={"Location": place})

    def _check_head(self, request: web.Request) -> None:
        given = request.headers
        if not re.fullmatch(r"\d+", given.get("TTL", "")):
            raise Refused(400, "no TTL")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", given.get("Topic", "")):
            raise Refused(400, "no Topic, or one too long")
        if given.get("Urgency") not in ("very-low", "low", "normal", "high"):
            raise Refused(400, "no such Urgency")
        if given.get("Content-Encoding") != "aes128gcm":
            raise Refused(415, "not aes128gcm")
        if given.get("Authorization") not in self.tokens:
            self._check_token(given.get("Authorization", ""), str(request.url.origin()))

    def _check_token(self, said: str, origin: str) -> None:
        found = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", said)
        if not found:
            raise Refused(401, "no VAPID")
        token, key = found.groups()
        if self.key and key != self.key:
            raise Refused(403, "not the key of the subscription")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(key))
        try:
            claims = jwt.decode(token, point, ["ES256"], audience=origin, options={"require": ["exp", "sub", "aud"]})
        except jwt.InvalidTokenError as fault:
            raise Refused(403, f"VAPID: {fault}") from fault
        if claims["exp"] > time.time() + 86_400 or not claims["sub"].startswith(("mailto:", "https:")):
            raise Refused(403, "VAPID: exp or sub")
        self.tokens.add(said)

    def _read(self, body: bytes, number: int) -> dict:
        if len(body) > 4096:
            raise Refused(413, "too large")
        try:
            return json.loads(http_ece.decrypt(body, private_key=BROWSER, auth_secret=_secret(number)))
        except (http_ece.ECEException, ValueError) as fault:
            raise Refused(400, "not decrypted") from fault


def _secret(number: int) -> bytes:
    return sha256(f"browser {number}".encode()).digest()[:16]


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


if __name__ == "__main__":
    main(lambda ledger: PushService(ledger))
