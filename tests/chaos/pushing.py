"""The sender and the beat of a site, as the demo runs them, with members who have a browser each and two campaigns.

python -m tests.chaos.pushing http://push.service 1000
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402 - a program of its own
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from community.members.models import Member  # noqa: E402
from config import demo, migrating, services  # noqa: E402
from config.celery import app as celery_app  # noqa: E402
from config.supervisor import Supervisor  # noqa: E402
from growth.campaigns import providers  # noqa: E402
from growth.campaigns.channels.webpush import vapid  # noqa: E402
from growth.campaigns.devices import addressing  # noqa: E402
from growth.campaigns.models import (  # noqa: E402
    Campaign,
    Delivery,
    Device,
    Occurrence,
    Provider,
    QuietHours,
    SubscriptionTopic,
    Variation,
)
from growth.campaigns.sealing import seal  # noqa: E402
from tests.growth.campaigns.servers.webpush import subscription  # noqa: E402

PER_SECOND = 75  # each
HELD_EACH = 10  # one of so many


def make(url: str, number: int) -> None:
    QuietHours.objects.filter(member=None).update(since="00:00", until="00:00")
    provider = Provider(key="browsers", name="Browsers", channel="webpush")
    providers.set_secret(provider, {"private_key": vapid.new_key()[0]})
    provider.save()
    members = Member.objects.bulk_create([Member(username=f"reader{n}") for n in range(number)])
    Device.objects.bulk_create([_device(url, member) for member in members])
    for policy in Campaign.Policy.values:
        _campaign(policy, [member.pk for member in members])


def _device(url: str, member: Member) -> Device:
    address = subscription(url, member.pk)
    return Device(
        member=member,
        channel="webpush",
        fingerprint=addressing.fingerprint("webpush", address, member_id=member.pk),
        address=seal(json.dumps(address).encode()),
    )


def _campaign(policy: str, members: list[int]) -> None:
    topic, now = SubscriptionTopic.objects.get(key="news"), timezone.now()
    campaign = Campaign.objects.create(
        key=policy,
        name=policy,
        policy=policy,
        state="running",
        channels=["webpush"],
        topic=topic,
        priority=4,
        per_second=PER_SECOND,
    )
    Occurrence.objects.create(campaign=campaign, number=0, at=now, frozen_at=now, audience=len(members))
    content = {"texts": {"en": {"title": "Hello", "body": "There is news."}}, "url": "/"}
    Variation.objects.create(campaign=campaign, index=0, key="only", name="Only", content=content)
    times = {"planned_at": now, "due_at": now, "expires_at": now + timedelta(hours=1)}
    rows = [Delivery(campaign=campaign, member_id=pk, variation=0, held=pk % HELD_EACH == 0, **times) for pk in members]
    Delivery.objects.bulk_create(rows)


def main(url: str, number: str) -> None:
    services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES)
    migrating.migrate()
    make(url, int(number))
    celery_app.loader.import_default_modules()
    connections.close_all()
    programs = [program for program in demo.programs() if program.name in ("sender", "beat")]
    supervisor = Supervisor(programs, lambda: services.ensure(settings.VAR_DIR, settings.EMBEDDED_SERVICES), say)
    supervisor.start()
    say("is ready")
    try:
        supervisor.watch()
    finally:
        supervisor.stop()
        services.stop(settings.VAR_DIR, settings.EMBEDDED_SERVICES)


def say(message: str) -> None:
    print(message, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
