"""Campaigns with members and deliveries at chosen instants and in chosen arms."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from community.members.models import Member
from events.record import event, record_all
from experiments.models import MetricVersion
from growth.campaigns.models import Campaign, Delivery
from tests.growth.campaigns import builders

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
_numbers = itertools.count(1)


def at(days: float = 0, **more: float) -> datetime:
    return START + timedelta(days=days, **more)


def members(count: int, **fields: Any) -> list[Member]:
    return Member.objects.bulk_create(
        Member(username=f"m{next(_numbers)}", display_name="", **fields) for _ in range(count)
    )


def goal(key: str = "contributed") -> MetricVersion:
    return MetricVersion.objects.get(metric__key=key, number=1)


def campaign(arms: int = 1, **fields: Any) -> Campaign:
    """One that runs, with its variations a, b, …"""
    variations = fields.pop("variations", [{"key": "abcdefgh"[place], "weight": 1} for place in range(arms)])
    made = builders.campaign(variations=variations, **{"goal": goal(), **fields})
    Campaign.objects.filter(pk=made.pk).update(state="running", starts_at=START)
    made.refresh_from_db()
    return made


def delivery(of: Campaign, member: Member | None, when: datetime = START, arm: int = -1, **fields: Any) -> Delivery:
    """Of arm -1, held back; ended, unless a state is given."""
    held = arm < 0
    told: dict[str, Any] = {"state": "held" if held else "sent", "would_send": True, "occurrence": 0}
    told |= {"variation": max(arm, 0), "channel": "inapp", **fields}
    if told["state"] not in ("due", "leased"):
        told.setdefault("ended_at", when)
    return Delivery(
        campaign=of, member=member, held=held, planned_at=when, due_at=when, expires_at=when + timedelta(days=1), **told
    )


def deliver(*rows: Delivery) -> None:
    Delivery.objects.bulk_create(rows)


def did(member: Member, when: datetime, name: str = "comment_posted", **fields: Any) -> Any:
    return event(name, unit=member.pk, at=when, **fields)


def record(*events: Any) -> None:
    record_all(events)
