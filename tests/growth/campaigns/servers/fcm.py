"""FCM and the endpoint that gives its tokens: checks the signed statement, the bearer token and the message."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.growth.campaigns.servers.faults import Faults
from tests.growth.campaigns.servers.ledger import Ledger
from tests.growth.campaigns.servers.serving import faulty, main

PROJECT, CLIENT = "a-project", "sender@a-project.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
STATUS = {"UNREGISTERED": 404, "SENDER_ID_MISMATCH": 403, "QUOTA_EXCEEDED": 429, "UNAVAILABLE": 503, "INTERNAL": 500}


def private_key() -> str:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass
class FCMService:
    """A token of a device says what is answered: "gone", "foreign", "bad", else it is taken."""

    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    tokens: set[str] = field(default_factory=set)
    given: int = 0
    codes: dict[str, str] = field(
        default_factory=lambda: {"gone": "UNREGISTERED", "foreign": "SENDER_ID_MISMATCH", "quota": "QUOTA_EXCEEDED"}
    )

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/token", self.give_token),
            web.post("/v1/projects/{project}/messages:send", faulty(self.send)),
        ]

    async def give_token(self, request: web.Request) -> web.Response:
        form = await request.post()
        try:
            claims = jwt.decode(str(form["assertion"]), KEY.public_key(), ["RS256"], audience=str(request.url))
        except jwt.InvalidTokenError:
            return web.json_response({"error": "invalid_grant"}, status=400)
        wrong = form["grant_type"] != GRANT or claims["iss"] != CLIENT or not claims["scope"].endswith("messaging")
        if wrong or claims["exp"] - claims["iat"] > 3600:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.given += 1
        token = f"token-{self.given}"
        self.tokens.add(token)
        return web.json_response({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    async def send(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, "UNAUTHENTICATED", "")
        if request.match_info["project"] != PROJECT:
            return _error(403, "PERMISSION_DENIED", "")
        message = json.loads(await request.read())["message"]
        if code := self.codes.get(message["token"]):
            return _error(STATUS[code], code, code)
        if message["token"] == "bad":
            return _error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", field="message.token")
        if problem := _problem(message):
            self.ledger.refuse(problem)
            return _error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", field=problem)
        self.ledger.take(message["android"]["collapse_key"], message["data"]["message"], message)
        return web.json_response({"name": f"projects/{PROJECT}/messages/{self.ledger.messages.total()}"})


def _problem(message: dict[str, Any]) -> str:
    if not all(isinstance(value, str) for value in message["data"].values()):
        return "message.data"
    if not message["android"]["ttl"].endswith("s") or message["android"]["notification"]["tag"] == "":
        return "message.android"
    if len(message["apns"]["headers"]["apns-collapse-id"]) > 64 or len(message["webpush"]["headers"]["Topic"]) > 32:
        return "message.apns.headers"
    return ""


def _error(code: int, status: str, error_code: str, field: str = "") -> web.Response:
    details: list[dict[str, Any]] = []
    if error_code:
        details.append({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": error_code})
    if field:
        bad = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": field}]}
        details.append(bad)
    told = {"error": {"code": code, "message": status, "status": status, "details": details}}
    return web.json_response(told, status=code)


if __name__ == "__main__":
    main(lambda ledger: FCMService(ledger))
