"""Tasks of the queue `analytics`."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="reports.segments")
def segments() -> None:
    """Every minute, and when somebody asks."""
    from growth.segments import refreshing  # noqa: PLC0415 - ibis and duckdb, which web processes do without

    refreshing.refresh_due(timezone.now())
