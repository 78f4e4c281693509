"""Newcomers whose behaviour is known: what they do by what they were welcomed with, and what that does to metrics."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.context import Context
from events.models import Event
from events.record import event

NONE, WRITE, READ = "none", "write", "read"  # values of the flag
LANGUAGES = ("en", "zh-hans")
DAYS = 9  # of a newcomer's life here
FADING = {0: 1.0, 1: 1.3, 2: 1.15, 3: 1.0, 4: 0.92, 5: 0.86, 6: 0.8, 7: 0.75, 8: 0.7}  # of who is seen, against day 3


@dataclass(frozen=True)
class Device:
    share: float  # of the newcomers
    seen: float  # on day 3, without a welcome
    gain: Mapping[str, float]  # relative, by welcome


DEVICES = {
    "phone": Device(0.45, 0.30, {WRITE: 0.02, READ: 0.23}),
    "desktop": Device(0.50, 0.42, {WRITE: 0.02, READ: 0.01}),
    "tablet": Device(0.05, 0.36, {WRITE: 0.02, READ: 0.05}),
}
KEEN = (0.6, 1.4)  # half of them are less keen than the others
ATTEMPTS = {NONE: 2.5, WRITE: 3.2, READ: 2.5}  # to comment, in the first week
ERRORS = {NONE: 0.08, WRITE: 0.12, READ: 0.08}  # share of these that fail


def retained(welcome: str) -> float:
    """Relative effect on who is seen on any day from the second on."""
    with_it = sum(one.share * one.seen * (1 + one.gain.get(welcome, 0)) for one in DEVICES.values())
    return with_it / sum(one.share * one.seen for one in DEVICES.values()) - 1


@dataclass(frozen=True)
class Newcomer:
    at: datetime  # of signing up
    device: str
    language: str
    keen: float

    @property
    def context(self) -> Context:
        return Context(source="web", device=self.device, language=self.language)

    def acts(self, member: int, welcome: str, chance: random.Random) -> Iterator[Event]:
        """All that they will do, after they have been welcomed (or not)."""
        yield self._event("signed_up", member, timedelta(), method="form")
        device = DEVICES[self.device]
        seen = device.seen * (1 + device.gain.get(welcome, 0)) * self.keen
        for day in range(1, DAYS):
            if chance.random() < seen * FADING[day]:
                yield self._event("page_viewed", member, timedelta(days=day + chance.random()), path="/")
        # At least one, so that few have none; the first hours are the busiest.
        for _ in range(1 + sum(chance.random() < (ATTEMPTS[welcome] - 1) / 6 for _ in range(6))):
            name = "submit_failed" if chance.random() < ERRORS[welcome] else "comment_posted"
            yield self._event(name, member, timedelta(hours=1 + 20 * chance.random()))

    def _event(self, name: str, member: int, later: timedelta, **properties: object) -> Event:
        return event(name, unit=member, at=self.at + later, context=self.context, **properties)


def newcomers(number: int, day: datetime, chance: random.Random) -> list[Newcomer]:
    """Of one day, in the order in which they come."""
    devices, shares = list(DEVICES), [one.share for one in DEVICES.values()]
    return [
        Newcomer(
            at=day + timedelta(seconds=second),
            device=chance.choices(devices, shares)[0],
            language=chance.choices(LANGUAGES, (3, 1))[0],
            keen=chance.choice(KEEN),
        )
        for second in sorted(chance.uniform(60, 86_000) for _ in range(number))
    ]
