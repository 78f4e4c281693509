"""Messages that a provider took, and how it tells of them."""

from __future__ import annotations

import json
import time
from typing import Any

from django.test import Client

from community.members.models import Member
from community.webhooks.signing import sign
from growth.campaigns import providers
from growth.campaigns.channels import letters
from growth.campaigns.models import Attempt, Provider
from tests.growth.campaigns.devices.deliveries import sent

SECRET = "whsec_" + "QUFB" * 8
AT = "2026-11-21T09:30:00Z"


def gateway(channel: str = "fcm", secret: dict[str, str] | None = None, **fields: Any) -> Provider:
    provider = Provider(key=f"own-{channel}", name="Own", channel=channel, **fields)
    providers.set_secret(provider, {"receipts": SECRET} if secret is None else secret)
    provider.save()
    return provider


def attempt(member: Member | None, provider: Provider, *, external_id: str = "m-1", **fields: Any) -> Attempt:
    delivery = sent(member, channel=provider.channel)
    return Attempt.objects.create(
        delivery=delivery, channel=provider.channel, provider=provider, external_id=external_id, **fields
    )


def letter(member: Member | None) -> Attempt:
    made = attempt(member, Provider.objects.get(key="mail"))
    Attempt.objects.filter(pk=made.pk).update(external_id=letters.name(made.delivery.message_id))
    made.refresh_from_db()
    return made


def event(kind: str = "delivered", **fields: Any) -> dict[str, Any]:
    return {"id": f"e-{kind}", "kind": kind, "message": "m-1", "at": AT, **fields}


def tell(provider: Provider, *events: Any, body: bytes | None = None, **changes: Any) -> Any:
    body = json.dumps({"events": events}).encode() if body is None else body
    headers = sign(body, message_id="w-1", timestamp=int(time.time()), secrets=[SECRET]) | changes
    client = Client(headers=headers)
    return client.post(f"/push/receipts/{provider.key}/", body, content_type="application/json")
