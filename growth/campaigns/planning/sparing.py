"""Doing something to many, where what fails is told and leaves the others alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)
Thing = TypeVar("Thing")


def each(work: Callable[[Thing], int], things: Iterable[Thing]) -> int:
    """The sum of what `work` gives."""
    done = 0
    for thing in things:
        try:
            done += work(thing)
        except Exception:
            logger.exception("campaigns: %r", thing)
    return done
