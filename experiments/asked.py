"""Which flags are still asked for: noted in each process, written once an hour, off the way of any request."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from experiments.models import Flag

EVERY = timedelta(hours=1)

names: set[str] = set()  # since the last time
_written = time.monotonic()


def write_hourly() -> None:
    """Called often, by the thread that keeps the snapshot."""
    global _written
    if names and time.monotonic() - _written >= EVERY.total_seconds():
        _written = time.monotonic()
        write()


def write() -> int:
    """Returns how many flags were not known to be asked for within the hour."""
    noted = names.copy()
    names.difference_update(noted)
    now = timezone.now()
    stale = Q(decided_at=None) | Q(decided_at__lt=now - EVERY)
    return Flag.objects.filter(stale, name__in=noted).update(decided_at=now)
