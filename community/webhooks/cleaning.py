"""Old deliveries go, and endpoints with all of theirs."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from community.webhooks.models import KEPT, Attempt, Delivery, Endpoint

BATCH = 5000


def clean() -> int:
    """Delete what is older than KEPT, whatever became of it, in batches that hold no lock for long; how many."""
    return _delete(Delivery.objects.filter(created_at__lt=timezone.now() - KEPT).order_by("created_at"))


def remove(endpoint: Endpoint) -> None:
    """Delete an endpoint and all that was ever delivered to it. It is switched off first, so that nothing is added."""
    Endpoint.objects.filter(pk=endpoint.pk).update(state=Endpoint.State.OFF)
    _delete(endpoint.deliveries.order_by("-pk"))
    endpoint.delete()


def _delete(deliveries: QuerySet[Delivery]) -> int:
    count = 0
    while ids := list(deliveries.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            Attempt.objects.filter(delivery__in=ids).delete()
            count += Delivery.objects.filter(pk__in=ids).delete()[0]
    return count
