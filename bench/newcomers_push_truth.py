"""Newcomers of whom we know what a message does to them: how many more are there on the third day after it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

SEEN = 0.34  # on day 3, of those who get nothing
LIFTS = {"welcome": 0.03, "ask": -0.02, "answer": 0.09}  # more, of those who get it, by variation
FADING = {0: 1.4, 1: 1.25, 2: 1.1, 3: 1.0, 4: 0.92, 5: 0.86, 6: 0.8, 7: 0.75}  # of who is seen, against day 3
KEEN = (0.6, 1.4)  # half of them are less keen than the others
REFUSES = 0.12  # share who say no to news as they sign up
BROWSERS = 0.3  # share whose browser may be reached; others find it on the site


def lift(variations: tuple[str, ...], *, triggered: bool) -> float:
    """What is true of day 3, in shares of members: of those whom the checks let through, or of all who were planned."""
    of_reached = sum(LIFTS[one] for one in variations) / len(variations)
    return of_reached if triggered else of_reached * (1 - REFUSES)


@dataclass(frozen=True)
class Newcomer:
    at: datetime  # of signing up
    keen: float
    refuses: bool
    has_browser: bool

    def is_seen(self, day: int, variation: str, chance: float) -> bool:
        """On this day after the (virtual) due time, having got that variation or, "", nothing."""
        gain = 1 + LIFTS.get(variation, 0) / SEEN
        return chance < self.keen * SEEN * FADING[day] * gain


def newcomers(number: int, begins: datetime, lasts: timedelta, chance: random.Random) -> list[Newcomer]:
    """Of a stretch of time, in the order in which they come."""
    return [
        Newcomer(
            at=begins + lasts * share,
            keen=chance.choice(KEEN),
            refuses=chance.random() < REFUSES,
            has_browser=chance.random() < BROWSERS,
        )
        for share in sorted(chance.random() for _ in range(number))
    ]
