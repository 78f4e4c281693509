"""Old deliveries go."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from community.webhooks.models import KEPT, Attempt, Delivery

BATCH = 5000


def clean() -> int:
    """Delete what is older than KEPT, whatever became of it, in batches that hold no lock for long; how many."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - KEPT).order_by("created_at")
    count = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            Attempt.objects.filter(delivery__in=ids).delete()
            count += Delivery.objects.filter(pk__in=ids).delete()[0]
    return count
