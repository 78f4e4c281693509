"""One metric of an experiment: each arm against control, with the keys of `analyze_csv` where it has them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from experiments.report.material import GUARDRAIL, QUOTIENTS, SHARES, Cell, Material, Measure
from experiments.stats import bayes, cuped, guardrails, sequences, sums
from experiments.stats.effects import Effect, around, compare
from experiments.stats.samples import Joint, Sample

SCALES = ("absolute", "absolute_se", "absolute_ci", "p", "relative", "relative_se", "relative_ci", "relative_p")
UNPLANNED = 5000  # N* of an experiment without a planned size, as GrowthBook has it
TOLD = (*SCALES, "df")
HARM_ALPHA = 0.01  # of an experiment, shared among its guardrails and arms


class Sums(NamedTuple):
    """A measure's cells with what is told of them: control first."""

    cells: Sequence[Cell]
    samples: Sequence[Sample]
    joints: Sequence[Joint]


def measured(material: Material, measure: Measure, guards: int) -> dict[str, Any]:
    """`guards`: guardrails of the experiment times arms beside control."""
    cells = [material.cell(measure, arm.index) for arm in material.arms]
    joints = [_joint(measure, cell) for cell in cells]
    told = Sums(cells, [_sample(measure, *one) for one in zip(cells, joints, strict=True)], joints)
    theta = cuped.slope([_pooled(measure, told)])
    control = told.samples[0]
    return {
        "version": measure.version,
        "name": measure.name,
        "role": measure.role,
        "kind": measure.kind,
        "margin": measure.margin,
        "higher_is_better": measure.higher_is_better,
        "interference": measure.interference,
        "window_s": measure.window.total_seconds() if measure.window else None,
        "control": {"n": control.n, "mean": _number(control.mean)},
        "arms": [_arm(material, measure, told, place, theta, guards) for place in range(1, len(material.arms))],
    }


def sample(measure: Measure, cell: Cell) -> Sample:
    if measure.kind in SHARES:
        return sums.proportion(cell.sums)
    if measure.kind in QUOTIENTS:
        return sums.ratio(cell.sums, measure.scale)
    return sums.mean(cell.sums, int(measure.scale))


def _sample(measure: Measure, cell: Cell, joint: Joint) -> Sample:
    """Of a quotient its linearisation has all that there is to tell."""
    if measure.kind in QUOTIENTS and joint.n > 1:
        return Sample(joint.n, joint.y, joint.var_y)
    return sample(measure, cell)


def _joint(measure: Measure, cell: Cell) -> Joint:
    if measure.kind in QUOTIENTS:
        return sums.linearised(cell.sums, cell.sums, measure.scale)
    return sums.valued(cell.sums, int(measure.scale))


def _pooled(measure: Measure, told: Sums) -> Joint:
    """All arms together, for one slope."""
    if measure.kind in QUOTIENTS:
        whole = reduce(add, (cell.sums for cell in told.cells))
        return sums.linearised(whole, whole, measure.scale)
    known = [joint for joint in told.joints if joint.n]
    return reduce(add, known) if known else told.joints[0]


def _arm(
    material: Material, measure: Measure, told: Sums, place: int, theta: cuped.Slope, guards: int
) -> dict[str, Any]:
    control, arm = told.samples[0], told.samples[place]
    effect = compare(control, arm, alpha=material.alpha)
    planned = planned_for(material, place)
    started = all(sequences.may_start(told.samples[n].n, told.cells[n].positive) for n in (0, place))
    looked = Look(control.n + arm.n, planned, material.alpha, started and measure.window is not None)
    return {
        "arm": material.arms[place].index,
        "n": arm.n,
        "mean": _number(arm.mean),
        **_told(effect),
        "relative_method": effect.relative_method,
        "status": effect.status,
        "p_adjusted": None,
        "sequential": _sequential(effect, looked),
        "cuped": _cuped(told, place, theta, effect, material.alpha),
        "bayes": _believed(effect, measure),
        "harm": _harm(measure, control, arm, looked, guards),
    }


def planned_for(material: Material, place: int) -> int:
    """N* of the pair: the planned units that fall to control and to the arm."""
    weights = [arm.weight for arm in material.arms]
    planned = material.planned or UNPLANNED
    return max(1, round(planned * (weights[0] + weights[place]) / sum(weights)))


class Look(NamedTuple):
    n: int  # of the pair
    planned: int
    alpha: float
    started: bool


def _told(effect: Effect) -> dict[str, Any]:
    return {name: _number(getattr(effect, name)) for name in TOLD}


def _number(value: Any) -> Any:
    """As JSON: no NaN, intervals as lists."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return list(value)
    return None if math.isnan(value) else float(value)


def _sequential(effect: Effect, looked: Look) -> dict[str, Any] | None:
    """Null before it may start, and for what never matures."""
    if not looked.started:
        return None
    reach = sequences.reach(looked.n, planned=looked.planned, alpha=looked.alpha)
    return {
        "n_star": looked.planned,
        "absolute": _sequence(effect.absolute, effect.absolute_se, looked, reach),
        "relative": _sequence(effect.relative, effect.relative_se, looked, reach),
    }


def _sequence(value: float | None, error: float | None, looked: Look, reach: float) -> dict[str, Any] | None:
    if value is None or not error:
        return None
    p = sequences.p_value(value, error, looked.n, planned=looked.planned, alpha=looked.alpha)
    return {"ci": list(around(value, error, reach)), "p": p, "p_adjusted": None}


def _cuped(told: Sums, place: int, theta: cuped.Slope, raw: Effect, alpha: float) -> dict[str, Any] | None:
    """Null where units brought nothing with them."""
    if theta.correlation is None:
        return None
    effect = cuped.compare(told.joints[0], told.joints[place], theta.theta, alpha=alpha)
    before, after = raw.absolute_se, effect.absolute_se
    return {
        "theta": theta.theta,
        "correlation": theta.correlation,
        "variance_reduction": 1 - (after / before) ** 2 if before and after is not None else 0.0,
        **_told(effect),
    }


def _believed(effect: Effect, measure: Measure) -> dict[str, Any] | None:
    """The Bayesian view of the relative effect: shown, and decides nothing."""
    if effect.relative is None or not effect.relative_se:
        return None
    found = bayes.posterior(effect.relative, effect.relative_se)
    stay, take = found.risk(less_is_better=not measure.higher_is_better)
    chance = found.chance(less_is_better=not measure.higher_is_better)
    return {"chance": chance, "loss_staying": stay, "loss_taking": take}


def _harm(measure: Measure, control: Sample, arm: Sample, looked: Look, guards: int) -> dict[str, Any] | None:
    if measure.role != GUARDRAIL or not looked.started:
        return None
    guard = guardrails.Guard(not measure.higher_is_better, measure.margin, alpha=HARM_ALPHA, among=guards)
    found = guardrails.harmed(control, arm, guard, planned=looked.planned)
    if found is None:
        return None
    return {"excess": found.excess, "bound": found.bound, "p": found.p, "level": guard.level, "harmed": found.harmed}
