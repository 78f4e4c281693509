"""Which flags are still asked for: noted in each process, written once an hour, off the way of any request."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone

from experiments.models import Flag

logger = logging.getLogger(__name__)
EVERY = timedelta(hours=1)
FIRST = 60  # seconds after the start of a process, which may not live for an hour

names: set[str] = set()  # since the last time
_due = time.monotonic() + FIRST


def write_hourly() -> None:
    """Called often, by the thread that keeps the snapshot. What could not be written is written an hour later."""
    global _due
    if not names or time.monotonic() < _due:
        return
    _due = time.monotonic() + EVERY.total_seconds()
    try:
        write()
    except Exception as error:  # noqa: BLE001 - whatever it is, the snapshot is kept
        logger.warning("it is not noted which flags are asked for: %s", error)
    finally:
        connections.close_all()  # the thread's own


@transaction.atomic
def write() -> int:
    """Returns how many flags were not known to be asked for within the hour. One that somebody changes just now is
    left to the next time."""
    noted, now = names.copy(), timezone.now()
    stale = Flag.objects.filter(Q(decided_at=None) | Q(decided_at__lt=now - EVERY), name__in=noted).order_by()
    free = [flag.pk for flag in stale.only("pk").select_for_update(skip_locked=True, of=("self",))]
    Flag.objects.filter(pk__in=free).update(decided_at=now)
    names.difference_update(noted)
    return len(free)
