"""JPush's REST v3: Basic authentication, a pool of cids, and the first answer again for a cid that was used."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.growth.campaigns.servers.faults import Faults
from tests.growth.campaigns.servers.ledger import Ledger
from tests.growth.campaigns.servers.serving import faulty, main

APP, SECRET = "8103a4c628a0b98994ec1949", "7d431e42dfa6a6d693ac2d04"


@dataclass
class JPushService:
    """`most_cids` is 10 for apps that pay nothing, 1000 for the others."""

    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    most_cids: int = 1000
    given: set[str] = field(default_factory=set)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)  # by cid
    left: int = 1_000_000  # of the requests of this minute

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v3/push/cid", self.cids), web.post("/v3/push", faulty(self.push))]

    async def cids(self, request: web.Request) -> web.Response:
        if not _is_ours(request):
            return _error(401, 1004, "basic authentication failed")
        count = min(int(request.query.get("count", 1)), self.most_cids)
        new = [f"{APP}-{uuid.uuid4()}" for _cid in range(count)]
        self.given.update(new)
        return web.json_response({"cidlist": new})

    async def push(self, request: web.Request) -> web.Response:
        if not _is_ours(request):
            return _error(401, 1004, "basic authentication failed")
        if self.left <= 0:
            limits = {"X-Rate-Limit-Limit": "600", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "42"}
            return _error(429, 2002, "request times of the app_key exceed the limit", limits)
        self.left -= 1
        told = json.loads(await request.read())
        if told["cid"] in self.answers:
            return web.json_response(self.answers[told["cid"]])
        return self._take(told)

    def _take(self, told: dict[str, Any]) -> web.Response:
        if told["cid"] not in self.given:
            return _error(400, 1003, "cid is not valid")
        if told["audience"]["registration_id"] == ["gone"]:
            return _error(400, 1011, "cannot find user by this audience")
        if told["options"]["time_to_live"] > 864_000 or not isinstance(told["options"]["apns_production"], bool):
            return _error(400, 1003, "options")
        self.ledger.take("", told["notification"]["android"]["extras"]["message"], told)
        answer = {"sendno": "0", "msg_id": str(18_100_000_000 + self.ledger.messages.total())}
        self.answers[told["cid"]] = answer
        return web.json_response(answer)


def _is_ours(request: web.Request) -> bool:
    return request.headers.get("Authorization") == "Basic " + b64encode(f"{APP}:{SECRET}".encode()).decode()


def _error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    told = {"error": {"code": code, "message": message}, "msg_id": 0}
    return web.json_response(told, status=status, headers=headers)


if __name__ == "__main__":
    main(lambda ledger: JPushService(ledger))
