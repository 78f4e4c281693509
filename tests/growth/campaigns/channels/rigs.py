"""Each channel with the server that speaks its protocol, and one message ready to go."""

from __future__ import annotations

import socket
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from growth.campaigns.channels import CHANNELS
from growth.campaigns.channels.interface import Carrier, Channel, Message, Outcome, Sending, Target
from growth.campaigns.channels.sessions import Sessions, opened
from growth.campaigns.channels.webpush import vapid
from tests.growth.campaigns.servers import apns, fcm, jpush, serving, webhook, webpush

KEY = vapid.new_key()[0]


def message(**changes: Any) -> Message:
    message_id = uuid.uuid4()
    given = Message(
        message_id=message_id,
        collapse_key=message_id.hex,
        title="An answer for you",
        body="Somebody answered 你的问题",
        url="https://forum.example/m/abc/",
        data={"message": str(message_id), "campaign": "answers"},
        ttl=3600,
    )
    return replace(given, **changes)


@dataclass
class Rig:
    """A running service, and what is needed to send to it."""

    name: str
    service: Any
    url: str
    session: Sessions
    carrier: Carrier
    address: Mapping[str, str]

    @property
    def channel(self) -> Channel:
        return CHANNELS[self.name]

    def sending(self, told: Message | None = None, **address: str) -> Sending:
        target = Target(self.name, {**self.address, **address}, None, None, member_id=1)
        return Sending(told or message(), target, self.carrier, idempotency_key=str(uuid.uuid4()))

    async def send(self, told: Message | None = None, **address: str) -> Outcome:
        return await self.repeat(await self.prepared(told, **address))

    async def prepared(self, told: Message | None = None, **address: str) -> Sending:
        (key,) = await self.channel.keys(self.carrier, 1, self.session)
        return replace(self.sending(told, **address), idempotency_key=key)

    async def repeat(self, sending: Sending) -> Outcome:
        return await self.channel.send(sending, self.session)


def _webpush(url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    return {"subject": "mailto:team@forum.example"}, {"private_key": KEY}, webpush.subscription(url, 1)


def _fcm(url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    secret = {"client_email": fcm.CLIENT, "private_key": fcm.private_key()}
    return {"project": fcm.PROJECT}, secret, {"token": "a-device"}


def _apns(url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    config = {"team_id": apns.TEAM, "key_id": apns.KEY_ID, "topic": apns.TOPIC}
    return config, {"private_key": apns.private_key()}, {"token": "a1" * 32}


def _jpush(url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    return {"app_key": jpush.APP}, {"master_secret": jpush.SECRET}, {"registration_id": "1a0018970a8ddd9e3b6"}


def _webhook(url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    return {}, {}, {"url": f"{url}/hook", "secret": webhook.SECRET}


PARTS = {"webpush": _webpush, "fcm": _fcm, "apns": _apns, "jpush": _jpush, "webhook": _webhook}
SERVICES: dict[str, Callable[[], Any]] = {
    "webpush": webpush.PushService,
    "fcm": fcm.FCMService,
    "apns": apns.APNsService,
    "jpush": jpush.JPushService,
    "webhook": webhook.Receiver,
}


@asynccontextmanager
async def rigged(name: str, settings: Any, service: Any = None) -> AsyncIterator[Rig]:
    """The settings lead to the service while it runs."""
    service = service or SERVICES[name]()
    folder = settings.VAR_DIR
    running = apns.running(service, folder, free_port()) if name == "apns" else serving.running(service)
    async with running as url, opened() as session:
        settings.WEBHOOK_ALLOWED_HOSTS = [urlsplit(url).netloc]
        settings.FCM_URL = settings.JPUSH_URL = settings.APNS_URL = url
        settings.FCM_TOKEN_URL = f"{url}/token"
        config, secret, address = PARTS[name](url)
        yield Rig(name, service, url, session, Carrier(f"a-{name}", name, config, secret), address)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
