"""Computing the numbers in the background. The row says when: a lost bell or a killed worker only delays it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from growth.home import filling
from growth.home.models import Job

KEY = Job.Key.NUMBERS
EVERY = timedelta(hours=1)


def ask() -> None:
    """Want it done now. Asked while it runs, it runs once more."""
    Job.objects.update_or_create(key=KEY, defaults={"asked_at": timezone.now()})


def is_due(now: datetime) -> bool:
    """Asked for, or an hour old, and nobody is at it."""
    job, _new = Job.objects.get_or_create(key=KEY)
    return not job.running and (job.waiting or job.started_at is None or job.started_at <= now - EVERY)


def run() -> bool:
    """Do it unless somebody is at it; the numbers and their mark commit together. False: it was not ours to do."""
    now = timezone.now()
    if not Job.objects.filter(pk=KEY).idle(now).update(started_at=now):
        return False
    ours = Job.objects.filter(pk=KEY, started_at=now)
    try:
        with transaction.atomic():
            found = filling.fill(now)
            ours.update(finished_at=timezone.now(), done_at=now, found=found, error="")
    except Exception as error:
        ours.update(finished_at=timezone.now(), error=f"{type(error).__name__}: {error}"[:500])
        raise
    return True
