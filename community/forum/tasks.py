from celery import shared_task

from community.forum import reading


@shared_task(name="forum.flush_views")
def flush_views() -> None:
    """Every ten seconds, from the beat."""
    reading.flush_views()
