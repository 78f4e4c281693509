"""From an experiment's material to its report: the verdict, and a body of plain numbers that is stored as JSON.

body = {"schema": 1, "as_of", "kind", "alpha", "family": {role: tests adjusted together by Holm},
  "phase": {"id", "number", "started_at", "ended_at", "coverage"},
  "arms": [{"index", "key", "name", "weight"}],                     control first
  "verdict": {"kind", "reasons": [{"code", …}], "arm", "days_left", "stop"},
  "health": {"srm", "flips", "bias": each with "status", "maturity", "exposures": [[day, units of each arm]]},
  "metrics": [{"version", "name", "role", "kind", "margin", "window_s", "control": {"n", "mean"},
     "arms": [{"arm", "n", "mean", what analyze_csv has, "sequential", "cuped", "bayes", "harm", "reading",
        "plan": null | the fixed test at the planned size}]}],
  "cohorts": null | {"version", "weekly", "rows": [{"day", "control": n, "arms": [[n, relative, ci]]}]},
  "outlook": {"planned", "exposed", "matured", "daily", "days_left", "full_days", "min_days", "mde"},
  "impact": [{"arm", "units", "gain", "ci"}]}                       a day
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from experiments.report import cohorts, effects, families, health, outlook, planned, readings
from experiments.report.deciding import Case, Contrast, Harmed, Unjudged, Verdict, decide
from experiments.report.material import GUARDRAIL, PRIMARY, Material, Measure

Body = dict[str, Any]


class Composed(NamedTuple):
    verdict: Verdict
    body: Body


def compose(material: Material) -> Composed:
    guards = sum(one.role == GUARDRAIL for one in material.measures) * (len(material.arms) - 1)
    metrics = [effects.measured(material, measure, guards) for measure in material.measures]
    planned.look(metrics, material)
    family = families.adjust(metrics)
    found = health.checked(material)
    ahead = _outlook(material, found)
    verdict = decide(_case(material, metrics, found, ahead))
    readings.read(metrics, material)
    return Composed(verdict, _body(material, verdict, found, metrics, ahead) | {"family": family})


def _outlook(material: Material, found: Mapping[str, Any]) -> dict[str, Any]:
    ahead = outlook.looked_ahead(material, found["maturity"]["matured"])
    measure = material.primary
    if measure is None:
        return ahead | {"mde": None}
    samples = [effects.sample(measure, material.cell(measure, arm.index)) for arm in material.arms]
    return ahead | {"mde": outlook.detectable(material, samples[0], min(one.n for one in samples))}


def _case(
    material: Material, metrics: Sequence[Mapping[str, Any]], found: Mapping[str, Any], ahead: Mapping[str, Any]
) -> Case:
    measure = material.primary
    decides = measure is not None and measure.window is not None
    primary = next((metric for metric in metrics if metric["role"] == PRIMARY), None)
    return Case(
        kind=material.kind,
        alpha=material.alpha,
        full_days=material.full_days,
        min_days=material.min_days,
        matured=ahead["matured"],
        planned=material.planned,
        decides=decides,
        days_left=ahead["days_left"],
        tests=[
            _contrast(measure, row, arms=len(material.arms) - 1, alpha=material.alpha)
            for row in (primary["arms"] if primary else ())
            if measure
        ],
        harmed=_harmed(metrics),
        unjudged=_unjudged(material, metrics),
        faults=health.faults(found),
        mismatched=found["srm"]["mismatched"],
        over=material.is_over,
    )


def _contrast(measure: Measure, row: Mapping[str, Any], *, arms: int, alpha: float) -> Contrast:
    """What the sequence tells is of all units; else it is the test at the planned size that counts."""
    sequential_p = families.deciding_sequence(row, arms=arms)
    by_sequence = sequential_p is not None and sequential_p < alpha
    judged = row if by_sequence or not row["plan"] else row["plan"]
    return Contrast(
        arm=row["arm"],
        gain=readings.gain(judged, higher_is_better=measure.higher_is_better),
        p=families.deciding_plan(row, arms=arms),
        sequential_p=sequential_p,
        conflicting=judged["status"] == "scale_conflict",
    )


def _harmed(metrics: Sequence[Mapping[str, Any]]) -> list[Harmed]:
    return [
        Harmed(row["arm"], metric["version"])
        for metric in metrics
        for row in metric["arms"]
        if row["harm"] and row["harm"]["harmed"]
    ]


def _unjudged(material: Material, metrics: Sequence[Mapping[str, Any]]) -> list[Unjudged]:
    measures = {measure.version: measure for measure in material.measures if measure.role == GUARDRAIL}
    return [
        Unjudged(row["arm"], metric["version"], _comes(material, measures[metric["version"]]))
        for metric in metrics
        for row in metric["arms"]
        if metric["role"] == GUARDRAIL and row["harm"] is None
    ]


def _comes(material: Material, measure: Measure) -> bool:
    """Whether more of it matures until it has the planned size: a rare event may be too rare even then."""
    matured = sum(material.cell(measure, arm.index).sums.n for arm in material.arms)
    units = sum(material.all_units(measure, arm.index).sums.n for arm in material.arms)
    ends = material.phase.ended_at is not None and matured == units
    return measure.window is not None and not ends and (material.planned is None or matured < material.planned)


def _body(
    material: Material,
    verdict: Verdict,
    found: Mapping[str, Any],
    metrics: list[dict[str, Any]],
    ahead: Mapping[str, Any],
) -> Body:
    measure, phase = material.primary, material.phase
    rows: list[dict[str, Any]] = next((metric["arms"] for metric in metrics if metric["role"] == PRIMARY), [])
    return {
        "schema": 1,
        "as_of": material.as_of.isoformat(),
        "kind": material.kind,
        "alpha": material.alpha,
        "phase": {
            "id": phase.pk,
            "number": phase.number,
            "started_at": phase.started_at.isoformat(),
            "ended_at": phase.ended_at.isoformat() if phase.ended_at else None,
            "coverage": phase.coverage,
        },
        "arms": [asdict(arm) for arm in material.arms],
        "verdict": asdict(verdict),
        "health": found,
        "metrics": metrics,
        "cohorts": cohorts.by_exposure(material, measure) if measure and material.cohorts else None,
        "outlook": ahead,
        "impact": outlook.impact(material, measure, rows),
    }
