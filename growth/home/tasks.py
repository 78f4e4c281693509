from celery import shared_task
from django.utils import timezone

from growth.home import jobs


@shared_task(name="home.sweep")
def sweep() -> None:
    """Every minute, and when somebody asks."""
    if jobs.is_due(timezone.now()):
        jobs.run()
