"""Tasks of the queue `analytics`."""

from celery import shared_task
from django.utils import timezone

from growth.reports import running


@shared_task(name="reports.answer")
def answer(pk: int) -> None:
    running.run(pk)


@shared_task(name="reports.sweep")
def sweep() -> None:
    """Every ten seconds."""
    from growth.reports import sweeping  # noqa: PLC0415 - it rings the task above

    sweeping.sweep(timezone.now())
