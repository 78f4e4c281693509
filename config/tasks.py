from celery import shared_task

from config import health, tasks_seen

__all__ = ["heartbeat", "tasks_seen"]  # whose signals a worker hears, too


@shared_task(name="config.heartbeat")
def heartbeat() -> None:
    health.beat()
