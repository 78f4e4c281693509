"""What an admin does with endpoints and deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from community.webhooks import tasks
from community.webhooks.kinds import TEST
from community.webhooks.models import Delivery, Endpoint, new_secret
from events import bell

BOTH_SECRETS = timedelta(hours=24)


def turn_on(endpoint: Endpoint) -> None:
    """Send to it (again), first what has waited, with a clean slate."""
    endpoint.state, endpoint.untold = Endpoint.State.ON, False
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, timezone.now()
    endpoint.save(update_fields=["state", "untold", "failures", "failing_since", "rests_until"])
    bell.ring(tasks.send, endpoint.pk)


def turn_off(endpoint: Endpoint) -> None:
    """Send nothing and keep nothing for it from now on; what waits is sent if it is turned on again."""
    endpoint.state, endpoint.untold = Endpoint.State.OFF, False
    endpoint.save(update_fields=["state", "untold"])


def rotate(endpoint: Endpoint) -> None:
    """A new secret; the old one signs along for a day. Twice at once ends the old one, where it became known."""
    endpoint.former_secret, endpoint.former_until = endpoint.secret, timezone.now() + BOTH_SECRETS
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "former_secret", "former_until"])


def try_out(endpoint: Endpoint) -> Delivery:
    """Send a test event, by the way that all others take."""
    with transaction.atomic():
        delivery = Delivery.objects.create(endpoint=endpoint, name=TEST)
        bell.ring(tasks.send, endpoint.pk)
    return delivery


def replay(ids: Iterable[int]) -> int:
    """Send these again from the start, those that are done: with the same webhook-id, as of now; how many."""
    done = Delivery.objects.done().filter(pk__in=list(ids))
    with transaction.atomic():
        endpoints = sorted(set(done.values_list("endpoint", flat=True)))
        count = done.update(state=Delivery.State.WAITING, tries=0, due_at=timezone.now())
        for pk in endpoints:
            bell.ring(tasks.send, pk)
    return count
