"""Celery's part: boards that follow the ledger even where no publish reached them."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from community.points import chores
from community.points.boards import publishing
from community.points.models import Chore


@shared_task(name="points.sweep_boards")
def sweep_boards() -> None:
    publishing.sweep()


@shared_task(name="points.turn_day")
def turn_day() -> None:
    """Hourly, since midnight in the site's zone is some hour of UTC: build the boards of a new day and let those back
    whose suspension ended. Boards of past periods expire by themselves."""
    publishing.sweep()
    publishing.publish_freed(timezone.now(), within=timedelta(hours=2))


@shared_task(name="points.chore", time_limit=3600)
def chore(pk: int) -> None:
    """What an admin asked for; see chores.py."""
    chores.work(pk)


@shared_task(name="points.prove")
def prove() -> None:
    """Nightly, so that the admin's first page can say how the points stand."""
    chores.start(Chore.Kind.VERIFY, by=None)
