"""When to try again. Pure."""

from __future__ import annotations

import random
from datetime import timedelta

# Standard Webhooks, "Deliverability and reliability": ten attempts over three days, each a while after the last.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_REST = timedelta(minutes=5)
LONGEST_WISH = timedelta(hours=1)


def pause(tries: int) -> timedelta | None:
    """How long after the attempt with this number (from 1) the next one is due, give or take a tenth; None after the
    last. The tenth spreads what failed together."""
    if tries > len(PAUSES):
        return None
    return PAUSES[tries - 1] * random.uniform(0.9, 1.1)  # noqa: S311 (no secret)


def rest(failures: int, retry_after: str = "") -> timedelta:
    """How long an endpoint is left alone after so many failures in a row, whatever waits for it.

    It has one failed request to bear, not one for each event; and a worker has one time-out to wait. `retry_after`
    is the header of its answer: seconds are heeded, up to an hour.
    """
    # Ten digits are more than is heeded; of thousands Python makes no number.
    wish = timedelta(seconds=min(int(retry_after[:10]), 10**6)) if retry_after.isdecimal() else timedelta()
    return max(min(timedelta(seconds=2 ** min(failures, 20)), LONGEST_REST), min(wish, LONGEST_WISH))
