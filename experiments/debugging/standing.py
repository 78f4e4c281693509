"""Whether and how a person counts in a phase, from what they were shown. Pure; instants are microseconds since 1970."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COUNTED, NEVER, OUTSIDE, FLIPPED = "counted", "never", "outside", "flipped"


@dataclass(frozen=True, slots=True)
class Seen:
    """One exposure."""

    id: int
    at: int
    unit: int
    variation: float


@dataclass(frozen=True, slots=True)
class Span:
    """Of a phase: exposures of [started, ended) to one of `arms` variations count."""

    started: int
    ended: int
    arms: int

    def counts(self, one: Seen) -> bool:
        return self.started <= one.at < self.ended and one.variation in range(self.arms)


def standing(exposures: Sequence[Seen], span: Span) -> tuple[str, Seen | None]:
    """COUNTED, or why not, and the first exposure that counts. A person stays with the unit and the variation of it;
    what other units of theirs were shown does not matter (experiments.measuring.exposures)."""
    counting = sorted((one for one in exposures if span.counts(one)), key=lambda one: (one.at, one.id))
    if not counting:
        return (OUTSIDE if exposures else NEVER), None
    first = counting[0]
    flipped = any(one.unit == first.unit and one.variation != first.variation for one in counting)
    return (FLIPPED if flipped else COUNTED), first
