"""When to try again. Pure."""

from __future__ import annotations

import random

PAUSES = (5.0, 30.0, 120.0, 600.0, 1800.0)
"""Seconds after the first attempt, the second…"""
TRIES = len(PAUSES) + 1
LONGEST_WISH = 3600.0
THROTTLED = 10.0  # where a provider does not say how long


def pause(tries: int, after: float | None = None) -> float | None:
    """Seconds from the attempt with this number (from 1) to the next, None after the last.

    Give or take a tenth, which spreads what failed together; no sooner than the provider asks (Retry-After), up to an
    hour."""
    if tries >= TRIES:
        return None
    own = PAUSES[tries - 1] * random.uniform(0.9, 1.1)  # noqa: S311 (no secret)
    return max(own, min(after or 0.0, LONGEST_WISH))


def throttled(times: int, after: float | None) -> float:
    """Seconds that a target is left alone which asked us to wait, so often before: what it asks for is members' to
    say, so the pauses grow as after attempts, up to the longest."""
    own = PAUSES[min(times, len(PAUSES)) - 1] if times else 0.0
    return max(own, block(after))


def block(after: float | None) -> float:
    """Seconds that a provider is left alone which said that it is asked too often."""
    return min(max(after or THROTTLED, 1.0), LONGEST_WISH)
