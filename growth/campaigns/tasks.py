"""Tasks of the queue `campaigns`. Rows are the truth of all work: one that is run twice, or never, does no harm."""

from celery import shared_task
from django.utils import timezone

from growth.campaigns.planning import ending, running, triggering
from growth.campaigns.proving import tasks as proving  # noqa: F401 - Celery looks for them here
from growth.campaigns.receiving import normalising
from growth.campaigns.sending import reaping, rounds


@shared_task(name="campaigns.plan")
def plan() -> None:
    """Every two seconds: what begins, what is frozen and what follows it."""
    now = timezone.now()
    running.launch_due(now)
    running.freeze_due(now)
    running.repeat_due(now)


@shared_task(name="campaigns.trigger")
def trigger() -> None:
    """Every two seconds: whom events let in."""
    triggering.read_events(timezone.now())


@shared_task(name="campaigns.trigger_segments")
def trigger_segments() -> None:
    """Every minute, as segments are refreshed."""
    triggering.read_segments(timezone.now())


@shared_task(name="campaigns.end")
def end() -> None:
    """Every ten seconds: what is over."""
    now = timezone.now()
    ending.cancel_rest(now)
    ending.finish_done(now)


@shared_task(name="campaigns.send")
def send() -> None:
    """Every second: what is due."""
    rounds.send_due()


@shared_task(name="campaigns.reap")
def reap() -> None:
    """Every five seconds: what those held who were killed."""
    reaping.reap(timezone.now())


@shared_task(name="campaigns.receipts")
def receipts() -> None:
    """Every minute: what was told of messages before their sending was written down."""
    normalising.match_waiting(timezone.now())
