"""What is asked of a funnel, in numbers. No Django, no engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

ORDERED, STRICT, ANY = "ordered", "strict", "any"
OBJECT, SESSION = "object", "session"  # what may be held, beside properties
LONGEST = 10  # steps
LONGEST_WINDOW = 3660 * 86_400_000_000
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}

Classes = dict[tuple[int, ...], frozenset[str]]


@dataclass(frozen=True)
class Question:
    steps: tuple[frozenset[str], ...]  # the events that each of them is
    order: str
    window_us: int
    as_of_us: int
    excluded: frozenset[str] = frozenset()
    held: str = ""  # what must be the same at all steps: OBJECT, SESSION or a property
    since_us: int | None = None  # of the first step
    until_us: int | None = None
    segment: str = ""
    trend: str = "week"

    @property
    def last_us(self) -> int:
        """The latest start whose window is over."""
        return self.as_of_us - self.window_us

    @cached_property
    def classes(self) -> Classes:
        """The steps that an event may be, by their numbers from 1, and the events that are just those."""
        of: dict[str, list[int]] = {}
        for number, names in enumerate(self.steps, start=1):
            for name in names:
                of.setdefault(name, []).append(number)
        found = sorted({tuple(numbers) for numbers in of.values()})
        return {one: frozenset(name for name, numbers in of.items() if tuple(numbers) == one) for one in found}

    @cached_property
    def names(self) -> frozenset[str]:
        """All events that matter to it."""
        return self.excluded.union(*self.steps)

    @property
    def overlapping(self) -> bool:
        """Is there an event that may be more than one step?"""
        return any(len(numbers) > 1 for numbers in self.classes)


def window_us(text: str) -> int:
    """Of `90s`, `30m`, `24h`, `7d` or `2w`. ValueError where it is none, or too long."""
    found = re.fullmatch(r"(\d{1,9})([smhdw])", text.strip())
    us = int(found[1]) * SECONDS[found[2]] * 1_000_000 if found else 0
    if not 0 < us <= LONGEST_WINDOW:
        raise ValueError(f"{text!r} is no window")
    return us
