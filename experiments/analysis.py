"""A table of units, one row each, compared arm by arm: what `manage.py analyze_csv` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from experiments.stats import balance, cuped, sequences
from experiments.stats.effects import TOO_FEW, Effect, Interval, compare
from experiments.stats.families import ADJUSTMENTS
from experiments.stats.samples import Joint, Sample, proportion, ratio
from experiments.tables import Table

SCALES = ("absolute", "absolute_se", "absolute_ci", "p", "relative", "relative_se", "relative_ci", "relative_p")


@dataclass(frozen=True)
class Metric:
    """A column, or one divided by another."""

    name: str
    kind: str  # mean, proportion, ratio
    denominator: str = ""

    @property
    def label(self) -> str:
        return f"{self.name}/{self.denominator}" if self.kind == "ratio" else self.name

    @property
    def columns(self) -> list[str]:
        return [self.name, *([self.denominator] if self.denominator else [])]


@dataclass(frozen=True)
class Plan:
    control: str
    metrics: Sequence[Metric]
    covariate: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    missing: str = "error"  # drop, zero, error
    adjust: str = ""  # holm, bh
    sequential: int = 0  # N*
    alpha: float = 0.05


def analyse(table: Table, plan: Plan) -> dict[str, Any]:
    """The JSON of `analyze_csv`, schema 1. ValueError where table and plan do not fit."""
    observed = _observed(table, plan)
    found = [row for metric in plan.metrics for row in _metric(table, plan, metric, sorted(observed))]
    if plan.adjust:
        _adjust(found, plan.adjust)
    return {
        "schema": 1,
        "control": plan.control,
        "alpha": plan.alpha,
        "srm": _srm(observed, plan),
        "metrics": found,
    }


def _observed(table: Table, plan: Plan) -> dict[str, int]:
    counts = dict(zip(*(part.tolist() for part in np.unique(table.arms, return_counts=True)), strict=True))
    if plan.control not in counts:
        raise ValueError(f"no row is of the control {plan.control!r}")
    if plan.weights and (unknown := sorted(set(counts) - set(plan.weights))):
        raise ValueError(f"no weight is given for {unknown[0]!r}")
    return {arm: counts.get(arm, 0) for arm in sorted({*counts, *plan.weights})}


def _srm(observed: Mapping[str, int], plan: Plan) -> dict[str, Any]:
    weights = plan.weights or dict.fromkeys(observed, 1.0)
    return {"observed": dict(observed), **asdict(balance.check(observed, weights))}


def _metric(table: Table, plan: Plan, metric: Metric, arms: Sequence[str]) -> list[dict[str, Any]]:
    rows, missing = _values(table, plan, metric)
    covariates, imputed = _covariates(table, plan, metric)
    joints = {arm: _joint(rows, covariates, table.arms == arm) for arm in arms}
    samples = {arm: _sample(metric, joint) for arm, joint in joints.items()}
    theta = None if covariates is None else cuped.slope(joints.values())
    found = []
    for arm in arms:
        if arm == plan.control:
            continue
        told = _compared(metric, arm, samples[plan.control], samples[arm], plan) | {"missing": missing}
        if theta is not None:
            told["cuped"] = _cuped(joints[plan.control], joints[arm], theta, told, plan) | {"imputed": imputed}
        found.append(told)
    return found


def _values(table: Table, plan: Plan, metric: Metric) -> tuple[list[np.ndarray], int]:
    """The metric's columns, missing numbers dropped (still NaN) or filled, and of how many rows that is."""
    rows = [table.columns[name] for name in metric.columns]
    gone = np.any([np.isnan(values) for values in rows], axis=0)
    missing = int(gone.sum())
    if missing and plan.missing == "error":
        raise ValueError(f"{missing} rows have no {metric.label}; say what to do with them: --missing drop or zero")
    if plan.missing == "zero":
        rows = [np.nan_to_num(values, nan=0.0) for values in rows]
    else:
        rows = [np.where(gone, math.nan, values) for values in rows]
    if metric.kind == "proportion" and not np.isin(rows[0][~np.isnan(rows[0])], (0, 1)).all():
        raise ValueError(f"{metric.name} is not a proportion: it has other numbers than 0 and 1")
    return rows, missing


def _covariates(table: Table, plan: Plan, metric: Metric) -> tuple[np.ndarray | None, int]:
    """The covariate with what is missing filled by the mean over all arms, and how often."""
    if not plan.covariate or metric.kind == "ratio":
        return None, 0
    values = table.columns[plan.covariate]
    gone = np.isnan(values)
    if gone.all():
        raise ValueError(f"no row has a {plan.covariate}")
    return np.where(gone, values[~gone].mean(), values), int(gone.sum())


def _joint(rows: Sequence[np.ndarray], covariates: np.ndarray | None, mine: np.ndarray) -> Joint:
    kept = mine & ~np.isnan(rows[0])
    y = rows[0][kept]
    x = rows[1][kept] if len(rows) > 1 else np.zeros_like(y) if covariates is None else covariates[kept]
    return Joint.of_units(y, x)


def _sample(metric: Metric, units: Joint) -> Sample:
    """Its mean is NaN where there is none: no units, or nothing to divide by."""
    if metric.kind == "ratio":
        if units.n < 2 or units.x == 0:
            return Sample(units.n, units.y / units.x if units.n and units.x else math.nan, 0.0)
        return ratio(units)
    if metric.kind == "proportion" and units.n:
        return proportion(units.n, units.y * units.n)
    return Sample(units.n, units.y, units.var_y if units.n > 1 else 0.0)


def _compared(metric: Metric, arm: str, control: Sample, sample: Sample, plan: Plan) -> dict[str, Any]:
    nothing = math.isnan(control.mean) or math.isnan(sample.mean)
    effect = TOO_FEW if nothing else compare(control, sample, alpha=plan.alpha)
    return {
        "metric": metric.label,
        "type": metric.kind,
        "arm": arm,
        "n": sample.n,
        "control_n": control.n,
        "mean": _told(sample.mean),
        "control_mean": _told(control.mean),
        **_effect(effect),
        "relative_method": effect.relative_method,
        "df": effect.df,
        "p_adjusted": None,
        "cuped": None,
        "sequential": _sequential(effect, control.n + sample.n, plan),
        "status": effect.status,
    }


def _cuped(control: Joint, arm: Joint, theta: cuped.Slope, raw: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    effect = cuped.compare(control, arm, theta.theta, alpha=plan.alpha)
    before, after = raw["absolute_se"], effect.absolute_se
    return {
        "theta": theta.theta,
        "correlation": theta.correlation,
        "variance_reduction": 1 - (after / before) ** 2 if before and after is not None else 0.0,
        **_effect(effect),
        "df": effect.df,
        "sequential": _sequential(effect, control.n + arm.n, plan),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {name: _told(getattr(effect, name)) for name in SCALES}


def _sequential(effect: Effect, n: int, plan: Plan) -> dict[str, Any] | None:
    if not plan.sequential:
        return None
    return {
        "n_star": plan.sequential,
        "n": n,
        "absolute": _sequence(effect.absolute, effect.absolute_se, n, plan),
        "relative": _sequence(effect.relative, effect.relative_se, n, plan),
    }


def _sequence(value: float | None, error: float | None, n: int, plan: Plan) -> dict[str, Any] | None:
    """None where there is no effect or no error to speak of."""
    found = sequences.look(value, error, n, planned=plan.sequential, alpha=plan.alpha)
    return None if found is None else {"ci": list(found.ci), "p": found.p}


def _told(value: float | Interval) -> Any:
    """As JSON: no NaN, intervals as lists."""
    if isinstance(value, tuple):
        return list(value)
    return None if value is None or math.isnan(value) else float(value)


def _adjust(found: list[dict[str, Any]], how: str) -> None:
    """Over all rows of the call that have a p."""
    told = [row for row in found if row["p"] is not None]
    for row, p in zip(told, ADJUSTMENTS[how]([row["p"] for row in told]), strict=True):
        row["p_adjusted"] = p
