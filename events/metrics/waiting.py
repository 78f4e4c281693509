"""How long it takes until something comes that for some has not come yet. Numbers in and out, no engine.

E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958): who still waits is at
risk until now and then leaves without having been answered, so that recent questions do not make it look slow or fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

ROUNDING = 1e-9  # of a product of a hundred thousand quotients; half of four is still half


class Wait(NamedTuple):
    seconds: int
    answered: int  # of how many the wait ended after so long
    still: int  # how many have waited so long and go on


class Step(NamedTuple):
    seconds: int
    waiting: float  # the estimated share of those who wait longer


def curve(waits: Iterable[Wait]) -> list[Step]:
    """A step for each time after which somebody was answered, in order; before the first, all wait."""
    ordered = _merged(waits)
    at_risk = sum(wait.answered + wait.still for wait in ordered)
    steps, waiting = [], 1.0
    for wait in ordered:
        if wait.answered:
            waiting *= (at_risk - wait.answered) / at_risk
            steps.append(Step(wait.seconds, waiting))
        at_risk -= wait.answered + wait.still
    return steps


def quantile(steps: Sequence[Step], share: float) -> int | None:
    """The seconds within which `share` of them were answered; None where that is not known yet."""
    return next((step.seconds for step in steps if 1 - step.waiting >= share - ROUNDING), None)


def answered_within(steps: Sequence[Step], seconds: int, watched: int) -> float | None:
    """The share answered after at most so long; `watched` is the longest wait. None where that says nothing of it."""
    waiting = next((step.waiting for step in reversed(steps) if step.seconds <= seconds), 1.0)
    return None if seconds > watched and waiting > ROUNDING else 1 - waiting


def _merged(waits: Iterable[Wait]) -> list[Wait]:
    found: dict[int, tuple[int, int]] = {}
    for wait in waits:
        answered, still = found.get(wait.seconds, (0, 0))
        found[wait.seconds] = answered + wait.answered, still + wait.still
    return [Wait(seconds, *counts) for seconds, counts in sorted(found.items())]
