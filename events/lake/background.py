"""What the worker of the queue `analytics` does by the clock. Whatever is left undone is found by the next run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack

from events import derived
from events.lake import compaction, cooling, erasing, lock, sealing

logger = logging.getLogger(__name__)


def seal_fill_erase() -> int:
    """Seal, take up what was sealed in the derived tables, go on with erasures; how many events were sealed.

    Each is done though one before it fails; then an error is raised: Busy where another process is at the lake,
    CounterBehind where `manage.py restamp` must come first.
    """
    with ExitStack() as after:
        after.callback(erasing.work_off)
        after.callback(_fill)
        return sealing.seal()


def _fill() -> None:
    with lock.holding():
        derived.fill()


def seal() -> int:
    """How many events were sealed."""
    try:
        return _unless_busy(seal_fill_erase)
    except sealing.CounterBehind as behind:
        logger.error("nothing is sealed: %s", behind)
        return 0


def compact() -> int:
    """How many files were written."""
    return _unless_busy(compaction.compact)


def cool() -> int:
    """How many rows left PostgreSQL."""
    return _unless_busy(cooling.cool)


def _unless_busy(work: Callable[[], int]) -> int:
    try:
        return work()
    except lock.Busy as busy:
        logger.info("not now: %s", busy)
        return 0
