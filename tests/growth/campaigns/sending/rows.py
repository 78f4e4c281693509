"""Campaigns that run and rows that are due, as planning leaves them; and a channel that answers as it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import time_machine

from community.members.models import Member
from growth.campaigns.channels.base import Base
from growth.campaigns.channels.interface import Carrier, Outcome, Sending, Unavailable
from growth.campaigns.devices import registering
from growth.campaigns.models import Campaign, CapCount, Delivery, Device, Provider, SubscriptionTopic, Variation
from growth.campaigns.sending import rounds
from tests.growth.campaigns.devices import addresses

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday; nobody in UTC sleeps
_numbers = count(1)


def campaign(*, variations: Sequence[dict[str, Any]] = ({},), state: str = "running", **fields: Any) -> Campaign:
    number = next(_numbers)
    fields = {"channels": ["webpush"], "topic": SubscriptionTopic.objects.get(key="news"), **fields}
    made = Campaign.objects.create(key=f"sending-{number}", name=f"Sending {number}", state=state, **fields)
    for index, given in enumerate(variations):
        content = {"texts": {"en": {"title": "Hello", "body": "There is news."}}, "url": "/"}
        Variation.objects.create(campaign=made, index=index, key=f"v{index}", name="V", **{"content": content, **given})
    return made


def due(campaign: Campaign, member: Member, *, at: datetime = NOON, **fields: Any) -> Delivery:
    given = {"planned_at": at, "due_at": at, "expires_at": at + timedelta(hours=24), "variation": 0}
    return Delivery.objects.create(campaign=campaign, member=member, **given | fields)


def members(number: int, **fields: Any) -> list[Member]:
    made = [Member(username=f"reader{next(_numbers)}", **fields) for _ in range(number)]
    return Member.objects.bulk_create(made)


def browser(member: Member) -> Device:
    return registering.register(member, channel="webpush", address=addresses.browser(f"b{next(_numbers)}"))


def telephone(member: Member) -> Device:
    token = {"token": f"{next(_numbers):040}"}
    return registering.register(member, channel="fcm", address=token)


def provider(channel: str = "webpush", **fields: Any) -> Provider:
    return Provider.objects.create(key=f"p{next(_numbers)}", name="P", channel=channel, **fields)


ACCEPTED = Outcome("accepted", external_id="x")
UNKNOWN = Outcome("retry", reason="unknown")
RETRY = Outcome("retry", code=503, reason="HTTP 503")
DEAD = Outcome("dead_token", code=410, reason="HTTP 410")
REJECTED = Outcome("rejected", code=400, reason="HTTP 400")
REFUSED = Outcome("rejected", code=403, reason="bad key", scope="carrier")
SILENCE = Outcome("retry", reason="never comes")
THROTTLED = Outcome("throttled", code=429, after=30, scope="carrier")


@dataclass
class Told(Base):
    """Answers in the order of `answers`, then that it accepts; keeps what it was asked."""

    answers: deque[Outcome | Exception] = field(default_factory=deque)
    asked: list[Sending] = field(default_factory=list)
    no_keys: Unavailable | None = None
    repeats_are_known: bool = False

    async def deliver(self, sending: Sending, session: object) -> Outcome:
        self.asked.append(sending)
        answer = self.answers.popleft() if self.answers else ACCEPTED
        if answer is SILENCE:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def keys(self, carrier: Carrier, count: int, session: Any) -> Sequence[str]:
        if self.no_keys:
            raise self.no_keys
        return await super().keys(carrier, count, session)


def sent_round(at=NOON) -> int:
    with time_machine.travel(at, tick=False):
        return rounds.send_round(at)


def ended(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason


def counted() -> dict[str, tuple[int, int]]:
    places = CapCount.objects.values_list("period", "count", "virtual")
    return {period: (real, sum(virtual.values())) for period, real, virtual in places}
