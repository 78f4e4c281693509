"""APNs over HTTP/2 and TLS (hypercorn): checks the token, the headers and the payload.

It never says GOAWAY: hypercorn answers nothing that came before it. goaway.py does."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypercorn.asyncio
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypercorn.config import Config

from tests.growth.campaigns.servers.certificates import certificate
from tests.growth.campaigns.servers.faults import Faults
from tests.growth.campaigns.servers.ledger import Ledger

TEAM, KEY_ID, TOPIC = "TEAM123456", "KEY1234567", "org.example.app"
KEY = ec.derive_private_key(0x5EC2E7, ec.SECP256R1())
GONE_SINCE = 1_700_000_000_000  # ms
ANSWERS = {  # by what a device's token begins with
    "dead": (410, {"reason": "Unregistered", "timestamp": GONE_SINCE}),
    "bad0": (400, {"reason": "BadDeviceToken"}),
    "f00d": (400, {"reason": "DeviceTokenNotForTopic"}),
    "fa57": (429, {"reason": "TooManyRequests"}),
}

Answer = tuple[int, dict[str, Any], dict[str, str]]


def private_key() -> str:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass
class APNsService:
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    tokens: set[str] = field(default_factory=set)  # that were seen
    expired: set[str] = field(default_factory=set)
    connections: set[tuple[str, int]] = field(default_factory=set)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        code, told, headers = await self._answer(scope, body)
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": code, "headers": encoded})
        await send({"type": "http.response.body", "body": json.dumps(told).encode() if told else b""})

    async def _answer(self, scope: dict[str, Any], body: bytes) -> Answer:
        if scope["path"] == "/seen":
            return 200, self.ledger.seen(), {}
        if scope["path"] == "/faults":
            told = json.loads(body)
            self.faults.kinds, self.faults.share = tuple(told["faults"]), float(told["share"])
            return 200, {}, {}
        fault = self.faults.next()
        if fault in ("429", "503"):
            return int(fault), {"reason": "ServiceUnavailable"}, {"retry-after": self.faults.retry_after}
        answer = self._push(scope, {name.decode(): value.decode() for name, value in scope["headers"]}, body)
        if fault == "silence":
            await self.faults.released.wait()
        return answer

    def _push(self, scope: dict[str, Any], given: dict[str, str], body: bytes) -> Answer:
        self.connections.add(tuple(scope["client"]))
        named = {"apns-id": given.get("apns-id", "")}
        code, reason = self._problem(scope, given, body)
        if reason:
            self.ledger.refuse(reason)
            return code, {"reason": reason}, named
        if answer := ANSWERS.get(scope["path"].rsplit("/", 1)[1][:4]):
            return *answer, named
        told = json.loads(body)
        self.ledger.take(given["apns-collapse-id"], told["message"], {"headers": given, **told})
        return 200, {}, named

    def _problem(self, scope: dict[str, Any], given: dict[str, str], body: bytes) -> tuple[int, str]:
        if scope["http_version"] != "2" or not re.fullmatch(r"/3/device/[0-9A-Fa-f]+", scope["path"]):
            return 404, "BadPath"
        if given.get("apns-topic") != TOPIC:
            return 400, "BadTopic"
        if given.get("apns-push-type") != "alert" or given.get("apns-priority") not in ("10", "5", "1"):
            return 400, "InvalidPushType"
        if not 0 < len(given.get("apns-collapse-id", "")) <= 64:
            return 400, "BadCollapseId"
        try:
            uuid.UUID(given.get("apns-id", ""))
        except ValueError:
            return 400, "BadMessageId"
        if not given.get("apns-expiration", "").isdigit():
            return 400, "BadExpirationDate"
        if len(body) > 4096:
            return 413, "PayloadTooLarge"
        return self._problem_of_token(given.get("authorization", ""))

    def _problem_of_token(self, said: str) -> tuple[int, str]:
        token = said.removeprefix("bearer ")
        if token in self.expired:
            return 403, "ExpiredProviderToken"
        if token in self.tokens:
            return 200, ""
        try:
            claims = jwt.decode(token, KEY.public_key(), ["ES256"], options={"require": ["iss", "iat"]})
            head = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            return 403, "InvalidProviderToken"
        if claims["iss"] != TEAM or head.get("kid") != KEY_ID:
            return 403, "InvalidProviderToken"
        if not time.time() - 3600 < claims["iat"] <= time.time() + 1:
            return 403, "ExpiredProviderToken"
        self.tokens.add(token)
        return 200, ""


async def _body(receive: Any) -> bytes:
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            return body


@asynccontextmanager
async def running(service: APNsService, folder: Path, port: int) -> AsyncIterator[str]:
    """Serves within this event loop; the address. Clients trust `folder`/cert.pem."""
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.certfile, config.keyfile = (str(path) for path in certificate(folder))
    config.alpn_protocols = ["h2"]
    config.keep_alive_max_requests = 10**9
    config.graceful_timeout = config.shutdown_timeout = 0.1
    config.loglevel = "CRITICAL"
    stop = asyncio.Event()
    serving = asyncio.create_task(hypercorn.asyncio.serve(service, config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    try:
        await _listening(port)
        yield f"https://localhost:{port}"
    finally:
        service.faults.released.set()
        stop.set()
        await serving


async def _listening(port: int) -> None:
    for _again in range(200):
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
    raise TimeoutError("hypercorn does not listen")


async def _forever(port: int, folder: Path, ledger: Ledger) -> None:
    async with running(APNsService(ledger), folder, port) as url:
        print(url, flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":  # python -m … PORT FOLDER [FILE]: the certificate is put into FOLDER, as cert.pem
    asyncio.run(_forever(int(sys.argv[1]), Path(sys.argv[2]), Ledger(Path(sys.argv[3]) if sys.argv[3:] else None)))
