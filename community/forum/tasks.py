from celery import shared_task
from django.utils import timezone

from community.forum import drafts, reading, retagging


@shared_task(name="forum.flush_views")
def flush_views() -> None:
    """Every ten seconds, from the beat."""
    reading.flush_views()


@shared_task(name="forum.sweep_drafts")
def sweep_drafts() -> None:
    drafts.sweep(timezone.now())


@shared_task(name="forum.reindex_tags")
def reindex_tags() -> None:
    """Rung when a tag was renamed; every minute for those whose bell was not heard."""
    retagging.reindex()
