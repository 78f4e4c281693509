from celery import shared_task

from community.desk import running


@shared_task(name="desk.sweep")
def sweep() -> None:
    """Every thirty seconds, from the beat."""
    running.sweep()
