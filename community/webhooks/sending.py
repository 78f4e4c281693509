"""Send the deliveries that are due: at least once, whoever is killed when.

Three steps, and no transaction is open while another system thinks: claim a row under a lease, and commit; post; write
down what came of it, if the lease is still ours. A worker that is killed in between leaves a lease that ends, and the
row is claimed again; the receiver sees the same webhook-id.
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from community.webhooks import calling, payloads, retrying, signing, standing
from community.webhooks.calling import Answer
from community.webhooks.models import Attempt, Delivery, Endpoint

LEASE = timedelta(seconds=60)  # a request takes 15; a name server may take its time before
RUN_SECONDS = 20  # for one endpoint, then others have their turn

State = Delivery.State


def send_due(endpoint_id: int) -> int:
    """Send what is due to one endpoint, one after the other, until it fails or had its time; how many it took."""
    sent, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        if not Endpoint.objects.to_serve(timezone.now()).filter(pk=endpoint_id).exists():
            break
        if (delivery := claim(endpoint_id)) is None:
            break
        sent += send(delivery)
    return sent


def claim(endpoint_id: int) -> Delivery | None:
    """The longest due delivery that no other worker holds, leased to the caller, its attempt counted."""
    now = timezone.now()
    due = Delivery.objects.filter(endpoint=endpoint_id, state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")
    with transaction.atomic():
        delivery = due.select_related("endpoint").select_for_update(of=("self",), skip_locked=True).first()
        if delivery is None:
            return None
        delivery.lease, delivery.due_at = uuid.uuid4(), now + LEASE
        delivery.tries += 1
        delivery.save(update_fields=["lease", "due_at", "tries"])
    return delivery


def send(delivery: Delivery) -> bool:
    """Send what `claim` gave; whether it was taken. What may no longer be told is skipped."""
    body = payloads.build(delivery)
    if body is None:
        _release(delivery, state=State.SKIPPED)
        return False
    endpoint, now = delivery.endpoint, timezone.now()
    signature = signing.sign(
        body, message_id=delivery.message_id, timestamp=int(now.timestamp()), secrets=endpoint.secrets(now)
    )
    headers = {"content-type": "application/json", "user-agent": "Flywheel-Webhooks/1", **signature}
    answer = calling.post(endpoint.url, body=body, headers=headers)
    settle(delivery, answer)
    return answer.ok


def settle(delivery: Delivery, answer: Answer) -> None:
    """Write down what came of an attempt; nothing if the lease ended meanwhile, since then another worker's counts."""
    now = timezone.now()
    with transaction.atomic():
        if not _outcome(delivery, answer, now):
            return
        Attempt.objects.create(
            delivery=delivery,
            code=answer.code,
            error=answer.error.replace("\0", ""),
            answer=answer.excerpt,
            milliseconds=answer.milliseconds,
        )
        if answer.ok:
            standing.recovered(delivery.endpoint_id)
        else:
            standing.failed(delivery.endpoint_id, answer)


def _outcome(delivery: Delivery, answer: Answer, now: datetime) -> bool:
    if answer.ok:
        return _release(delivery, state=State.DELIVERED)
    pause = retrying.pause(delivery.tries)
    if pause is None:
        return _release(delivery, state=State.FAILED)
    return _release(delivery, state=State.WAITING, due_at=now + pause)


def _release(delivery: Delivery, **outcome: object) -> bool:
    return bool(Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(lease=None, **outcome))
