from celery import shared_task
from django.utils import timezone

from growth.home import jobs


@shared_task(name="home.sweep")
def sweep() -> None:
    for key in jobs.due(timezone.now()):
        jobs.run(key)
