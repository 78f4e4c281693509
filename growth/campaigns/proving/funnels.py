"""From queued to the goal, arm by arm; and the lift by what members were at their due time: their segments, hour, and
how much they had been sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from experiments.report import effects, groups
from experiments.report.material import SHARES, Arm, Cell
from experiments.stats.calibrating import share
from experiments.stats.effects import compare
from growth.campaigns.proving.arms import Audience, Flags, Ints
from growth.campaigns.proving.lift import cells
from growth.campaigns.proving.outcomes import LATER, MUTED, UNSUBSCRIBED, Outcome

STEPS = ("sent", "delivered", "opened", "clicked")
FEW, SOME = 3, 10
FATIGUES = (UNSUBSCRIBED, MUTED, LATER)
HOURS = 3  # in one group
Body = dict[str, Any]
REACH = float(ndtri(0.975))


def funnel(audience: Audience, arm: Ints, arms: Sequence[Arm], goal: Outcome | None) -> list[Body]:
    """By arm: {"arm", "queued", "steps": [{"step", "count", "share", "ci"}], "goal"}; of the holdout, which gets
    nothing, only the goal. Shares are of those queued. Opens and clicks are steps, no goal: only who gets a message
    can open it."""
    found = cells(goal, arm, len(arms), goal.matured | (goal.measure.window is None)) if goal else []
    return [
        {
            "arm": one.index,
            "key": one.key if one.index else "holdout",
            "name": one.name,
            "queued": int((arm == place).sum()),
            "steps": [] if not one.index else [_step(audience, arm == place, step) for step in STEPS],
            "goal": valued(goal, found[place]) if goal else None,
        }
        for place, one in enumerate(arms)
    ]


def _step(audience: Audience, rows: Flags, step: str) -> Body:
    told = share(int(getattr(audience, step)[rows].sum()), int(rows.sum()))
    return {"step": step, "count": told.count, **_share(told.share, told.low, told.high)}


def _share(value: float, low: float, high: float) -> Body:
    return {"share": None, "ci": None} if math.isnan(value) else {"share": value, "ci": [low, high]}


def valued(outcome: Outcome, cell: Cell) -> Body:
    """{"n", "mean", "ci"}: Wilson's of a share, else by the normal distribution."""
    sample = effects.sample(outcome.measure, cell)
    if not sample.n or math.isnan(sample.mean):
        return {"n": sample.n, "mean": None, "ci": None}
    if outcome.measure.kind in SHARES:
        told = share(cell.sums.y, cell.sums.n)
        return {"n": sample.n, "mean": sample.mean, "ci": [told.low, told.high]}
    reach = REACH * math.sqrt(sample.mean_variance)
    return {"n": sample.n, "mean": sample.mean, "ci": [sample.mean - reach, sample.mean + reach]}


def sliced(audience: Audience, goal: Outcome, named: Mapping[str, Flags], *, apart: bool) -> Body:
    """The goal of those to be sent to against those held back in each group: {"rows": […], "differ_p"}. `apart`: nobody
    is in two groups, so that it can be asked whether the effect differs between them at all."""
    arm = np.where(audience.held, 0, 1)
    found: dict[tuple[str | None, int], Cell] = {}
    for name, inside in named.items():
        for place, cell in enumerate(cells(goal, arm, 2, goal.matured & inside)):
            found[name, place] = cell
    compared = groups.compared(found, goal.measure, arms=2)
    rows = [
        {
            "name": one.group,
            "held_n": one.control.n,
            "held_mean": _number(one.control.mean),
            "n": one.treated.n,
            "mean": _number(one.treated.mean),
            **_effect(one.effect),
            "p_adjusted": one.p_adjusted,
            "queued": int((named[str(one.group)] & ~audience.held).sum()),
            "steps": [_step(audience, named[str(one.group)] & ~audience.held, step) for step in STEPS],
        }
        for one in compared.contrasts
    ]
    check = compared.differ.get(1)
    return {"rows": rows, "differ_p": check.p if apart and check and check.df else None}


def by_hour(audience: Audience) -> dict[str, Flags]:
    """Of the due time on each member's clock, in parts of three hours."""
    starts = range(0, 24, HOURS)
    return {f"{hour:02}–{hour + HOURS:02}": audience.hour // HOURS == hour // HOURS for hour in starts}


def by_channel(audience: Audience) -> dict[str, Flags]:
    """The first channel that reached the member, or would have reached who was held back: the same rule for both."""
    names = sorted({str(name) for name in np.unique(audience.channel)} - {""})
    return {name: audience.channel == name for name in names}


def by_sends(audience: Audience) -> dict[str, Flags]:
    """How many messages of any campaign they were sent in the 28 days before."""
    sends = audience.sends
    bands = {"0": (0, 1), "1": (1, 2), "2": (2, FEW), f"{FEW}–{SOME - 1}": (FEW, SOME), f"{SOME}+": (SOME, 2**31)}
    return {name: (low <= sends) & (sends < high) for name, (low, high) in bands.items()}


def fatigue(audience: Audience, outcomes: Sequence[Outcome]) -> list[Body]:
    """Does one message more do harm to those who have had many? By sends before: each outcome of those sent against
    those held back, who had as many."""
    arm, watched = np.where(audience.held, 0, 1), [one for one in outcomes if one.measure.version in FATIGUES]
    return [
        {
            "sends": name,
            "members": int(inside.sum()),
            "outcomes": [_harm(one, cells(one, arm, 2, one.matured & inside)) for one in watched],
        }
        for name, inside in by_sends(audience).items()
        if inside.any()
    ]


def _harm(outcome: Outcome, found: Sequence[Cell]) -> Body:
    held, sent = (valued(outcome, cell) for cell in found)
    effect = compare(*(effects.sample(outcome.measure, cell) for cell in found))
    return {
        "version": outcome.measure.version,
        "name": outcome.measure.name,
        "held": held,
        "sent": sent,
        **_effect(effect),
    }


def _effect(effect: Any) -> Body:
    return {name: getattr(effect, name) for name in ("absolute", "absolute_ci", "relative", "relative_ci", "p")}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
