"""What the worker of the queue `analytics` does by the clock. Whatever is left undone is found by the next run."""

from __future__ import annotations

import logging

from events import derived
from events.lake import compaction, cooling, erasing, lock, sealing

logger = logging.getLogger(__name__)


def seal() -> int:
    """Seal, take up what was sealed in the derived tables, go on with erasures; how many events were sealed."""
    try:
        sealed = sealing.seal()
        with lock.holding():
            derived.fill()
        erasing.work_off()
    except lock.Busy as busy:
        logger.info("not now: %s", busy)
        return 0
    except sealing.CounterBehind as behind:
        logger.error("nothing is sealed: %s", behind)
        return 0
    return sealed


def compact() -> int:
    """How many files were written."""
    try:
        return compaction.compact()
    except lock.Busy as busy:
        logger.info("not now: %s", busy)
        return 0


def cool() -> int:
    """How many rows left PostgreSQL."""
    try:
        return cooling.cool()
    except lock.Busy as busy:
        logger.info("not now: %s", busy)
        return 0
