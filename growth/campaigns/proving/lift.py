"""Arms of a campaign beside each other: whatever was planned is counted, sent or not (intention to treat), or only
those whom the checks at their due time let through in either arm (triggered)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from experiments.measuring.sums import Sums as Columns
from experiments.measuring.values import Values
from experiments.report import effects, families, readings
from experiments.report.gathering import SUMS
from experiments.report.material import GUARDRAIL, Arm, Cell, Material, Measure, Stretch
from experiments.stats import guardrails, sequences
from experiments.stats.sums import Sums
from growth.campaigns.proving.arms import Flags, Ints
from growth.campaigns.proving.outcomes import MARGINS, Outcome

OUT = -1  # of a comparison: in none of its arms
Body = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """What all comparisons of a campaign share. `began`: the first due time."""

    as_of: datetime
    began: datetime
    planned: int | None  # members
    alpha: float = 0.05


def compared(
    frame: Frame, outcomes: Sequence[Outcome], arm: Ints, arms: Sequence[Arm], *, within: Flags | None = None
) -> Body:
    """Each arm against the first: {"arms": […], "metrics": […]} as experiments.report.effects.measured tells them, with
    readings. `arm`: by member the place among `arms`, or OUT. Members whose windows have closed count; of a metric
    without a window all so far do, and nothing is decided by it."""
    material = _material(frame, outcomes, arm if within is None else np.where(within, arm, OUT), arms)
    guards = sum(one.role == GUARDRAIL for one in material.measures) * (len(arms) - 1)
    metrics = [effects.measured(material, measure, guards) for measure in material.measures]
    for metric, measure in zip(metrics, material.measures, strict=True):
        for place, row in enumerate(metric["arms"], start=1):
            row["plan"] = None
            if measure.version in MARGINS:
                row["harm"] = _harm(material, measure, place, guards)
    families.adjust(metrics)
    readings.read(metrics, material)
    return {"arms": [asdict(one) for one in arms], "metrics": metrics}


def so_far(frame: Frame, outcome: Outcome, arm: Ints, arms: Sequence[Arm]) -> Body:
    """The same of all members so far, their windows closed or not: it describes, and decides nothing."""
    endless = replace(outcome, measure=replace(outcome.measure, window=None))
    return compared(frame, [endless], arm, arms)


def cells(outcome: Outcome, arm: Ints, count: int, rows: Flags) -> list[Cell]:
    """By arm, of the members in `rows`: the sums that experiments keep."""
    kept = np.flatnonzero(rows & (arm != OUT))
    place, (y, x, d) = arm[kept], outcome.values
    columns, every = Columns(outcome.counted, count), np.arange(count)
    columns.add(place, Values(y[kept], x[kept], None if d is None else d[kept]))
    table = [np.bincount(place, minlength=count), *(columns.numbers(name, every) for name in (*SUMS[1:], "positive"))]
    return [Cell(Sums(*map(int, sums)), int(positive)) for *sums, positive in zip(*table, strict=True)]


def _material(frame: Frame, outcomes: Sequence[Outcome], arm: Ints, arms: Sequence[Arm]) -> Material:
    matured: dict[tuple[int, int], Cell] = {}
    waiting: dict[tuple[int, int], Cell] = {}
    for one in outcomes:
        for into, rows in ((matured, one.matured), (waiting, ~one.matured)):
            for place, cell in zip(arms, cells(one, arm, len(arms), rows), strict=True):
                into[one.measure.version, place.index] = cell
    return Material(
        experiment=0,
        kind="ab",
        as_of=frame.as_of,
        today=frame.as_of.date(),
        phase=Stretch(0, 1, frame.began, None, 1.0),
        arms=arms,
        measures=[one.measure for one in outcomes],
        exposed=[],
        matured=matured,
        waiting=waiting,
        alpha=frame.alpha,
        planned=frame.planned,
    )


def _harm(material: Material, measure: Measure, place: int, guards: int) -> dict[str, Any] | None:
    """Of what only a message can bring about: who gets none has none to unsubscribe from, so that it is the arm alone
    which must have enough for the central limit."""
    control, arm = (material.cell(measure, material.arms[n].index) for n in (0, place))
    if not sequences.may_start(arm.sums.n, arm.positive) or control.sums.n < sequences.MIN_UNITS:
        return None
    guard = guardrails.Guard(True, measure.margin, relative=False, alpha=effects.HARM_ALPHA, among=guards)
    before, after = effects.sample(measure, control), effects.sample(measure, arm)
    found = guardrails.harmed(before, after, guard, planned=effects.planned_for(material, place))
    return found and {**found._asdict(), "level": guard.level}
