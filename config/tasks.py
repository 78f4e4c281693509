from celery import shared_task

from config import health


@shared_task(name="config.heartbeat")
def heartbeat() -> None:
    health.beat()
