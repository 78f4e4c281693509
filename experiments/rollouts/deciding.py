"""What becomes of a rollout at a look: pure, and looked at as often as one likes.

Harm and a mismatch of arms are acted upon at once. To go on takes time: the step has lasted, somebody was asked in it,
and what was measured is not older than the step's time. Too little to judge by does not stop the first steps, which
are few units; but nothing goes to everybody unjudged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WAIT, ADVANCE, HOLD, ROLL_BACK = "wait", "advance", "hold", "roll_back"
GRACE = 24.0  # hours without traffic, or without a measurement, before it is held
LEAST = 100  # units of each arm, below which nobody can say that there is no harm


@dataclass(frozen=True, slots=True)
class Seen:
    """A rollout as it stands; hours are those since its step began, of what has not been: None."""

    units: tuple[int, int]  # that were exposed: without the value, with it
    hours: float
    measured: float | None  # hours after the step's beginning up to which results are known
    was_asked: bool  # whether the flag was asked, or a unit was exposed, in this step
    harmed: Sequence[int] = ()  # guardrails, by version
    unjudged: Sequence[int] = ()  # guardrails of which too few units are known yet, or none
    mismatched: bool = False  # by the e-process, which may be looked at any time


@dataclass(frozen=True, slots=True)
class Decision:
    act: str
    code: str = ""  # what words.REASONS has words for
    harmed: Sequence[int] = ()


def decide(seen: Seen, *, step_hours: float, is_last: bool, is_held: bool = False) -> Decision:
    """`is_last`: the next step is everybody. What is held goes on by people only, and is rolled back all the same."""
    if seen.harmed:
        return Decision(ROLL_BACK, "harmed", seen.harmed)
    if is_held:
        return Decision(WAIT, "held")
    if seen.mismatched:
        return Decision(HOLD, "mismatch")
    if seen.hours < step_hours:
        return Decision(WAIT, "time")
    if not seen.was_asked:
        return _unless_over(seen, step_hours, "no_traffic")
    if seen.measured is None or seen.measured < step_hours:
        return _unless_over(seen, step_hours, "not_measured")
    if is_last and min(seen.units) < LEAST:
        return Decision(HOLD, "too_few")
    if is_last and seen.unjudged:
        return Decision(HOLD, "unjudged")
    return Decision(ADVANCE, "not_harmed" if min(seen.units) >= LEAST else "too_few_yet")


def _unless_over(seen: Seen, step_hours: float, code: str) -> Decision:
    """Held once the time of grace is over too."""
    return Decision(HOLD if seen.hours >= max(step_hours, GRACE) else WAIT, code)
