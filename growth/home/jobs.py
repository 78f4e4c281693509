"""Work in the background whose rows say when it is due: a lost bell or a killed worker only delays it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from community.points import verifying
from growth.home import filling
from growth.home.models import Job


@dataclass(frozen=True)
class Work:
    every: timedelta
    do: Callable[[datetime], int]  # given the moment of the start; returns what Job.found means


def _prove(_at: datetime) -> int:
    return verifying.verify().differences


WORK: Mapping[int, Work] = {
    Job.Key.NUMBERS: Work(timedelta(hours=1), filling.fill),
    Job.Key.POINTS: Work(timedelta(days=1), _prove),
}


def ask(key: int) -> None:
    """Want it done now. Asked while it runs, it runs once more."""
    Job.objects.update_or_create(key=key, defaults={"asked_at": timezone.now()})


def due(now: datetime) -> Iterator[int]:
    """Jobs that were asked for or whose time has come, and that nobody is at."""
    for key, work in WORK.items():
        job, _new = Job.objects.get_or_create(key=key)
        if not job.running and (job.waiting or job.started_at is None or job.started_at <= now - work.every):
            yield key


def run(key: int) -> bool:
    """Do the work unless somebody is at it; its result and its mark commit together. False: it was not ours to do."""
    now = timezone.now()
    if not Job.objects.filter(pk=key).idle(now).update(started_at=now):
        return False
    ours = Job.objects.filter(pk=key, started_at=now)
    try:
        with transaction.atomic():
            found = WORK[key].do(now)
            ours.update(finished_at=timezone.now(), done_at=now, found=found, error="")
    except Exception as error:
        ours.update(finished_at=timezone.now(), error=f"{type(error).__name__}: {error}"[:500])
        raise
    return True
