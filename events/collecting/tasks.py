import logging

from celery import shared_task
from django.utils import timezone
from redis import RedisError

from events.collecting import buffering, pages, writing

logger = logging.getLogger(__name__)


@shared_task(name="events.flush")
def flush() -> None:
    """Rung when something comes, and each second from the beat."""
    try:
        buffering.flush()
        pages.flush()
    except RedisError as error:
        logger.info("nothing is flushed: %s", error)


@shared_task(name="events.sweep_receipts")
def sweep_receipts() -> None:
    """Every night, from the beat."""
    writing.sweep(timezone.now())
