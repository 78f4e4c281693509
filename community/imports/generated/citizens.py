"""When each person joins, and how long they stay: growth accelerates, many come once, a core stays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from .people import FOUNDERS, Person
from .rhythm import WEEKDAYS, moment_on

ACCELERATION = 2.2  # e^2.2: nine times as many join a day at the end as at the beginning
FADING_DAYS = 24.0  # mean stay of those who neither leave at once nor stay


@dataclass(frozen=True)
class Citizen:
    person: Person
    joined: datetime
    stays_until: datetime

    @property
    def name(self) -> str:
        return self.person.username


def settle(people: tuple[Person, ...], start: datetime, end: datetime, seed: int) -> tuple[Citizen, ...]:
    """Everybody's joining and leaving between start and end, in the order of joining."""
    rng = Random(f"{seed}:settle")  # noqa: S311
    citizens = []
    for index, person in enumerate(people):
        joined = _joined(index, len(people), person, start, end, rng)
        citizens.append(Citizen(person, joined, min(end, joined + _stay(person, rng))))
    return tuple(sorted(citizens, key=lambda citizen: (citizen.joined, citizen.name)))


def accelerating(share: float, strength: float) -> float:
    """Maps an even share of the whole (0-1) to a share of the time, denser towards the end."""
    return math.log1p(share * math.expm1(strength)) / strength


def background_visits(citizen: Citizen, end: datetime, rng: Random) -> Iterator[datetime]:
    """Visits that nothing calls for: on the first day, then on the days when the habit is strong enough."""
    first = citizen.joined + timedelta(minutes=rng.uniform(1, 10))
    if first < end:
        yield first
    habit = min(0.85, 0.03 + 0.06 * citizen.person.activity**0.8)
    for day in range(1, (citizen.stays_until - citizen.joined).days + 1):
        at = moment_on(citizen.joined + timedelta(days=day), citizen.person.time_zone, rng)
        if rng.random() < habit * WEEKDAYS[at.weekday()] and first < at < end:
            yield at


def _joined(index: int, count: int, person: Person, start: datetime, end: datetime, rng: Random) -> datetime:
    if index < FOUNDERS:
        return start + timedelta(hours=index * 1.5 + rng.random())
    share = (index - FOUNDERS + rng.random()) / (count - FOUNDERS)
    founded = start + timedelta(days=2)
    at = moment_on(founded + (end - founded) * accelerating(share, ACCELERATION), person.time_zone, rng)
    return at if at < end - timedelta(minutes=15) else at - timedelta(days=1)


def _stay(person: Person, rng: Random) -> timedelta:
    if rng.random() < (0.8 if person.founder else min(0.75, 0.12 + 0.08 * person.activity)):
        return timedelta(days=400)
    if rng.random() < 0.5:
        return timedelta(minutes=rng.uniform(5, 90))
    return timedelta(days=rng.expovariate(1 / FADING_DAYS))
