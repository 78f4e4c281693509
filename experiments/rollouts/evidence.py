"""What is seen of rollouts, as plain values: all units so far, each with what it did until now.

A report decides by units whose window has closed. A rollout cannot wait a week at each step, and need not: its two
arms are drawn alike at every moment, so units of both have had the same time, and a difference between what they did so
far is the value's doing all the same.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from experiments.report import health
from experiments.report.effects import HARM_ALPHA, UNPLANNED, sample
from experiments.report.gathering import gather
from experiments.report.material import GUARDRAIL, Material, Measure
from experiments.stats import guardrails, sequences
from experiments.stats.effects import compare

Evidence = dict[str, Any]  # of RolloutStep


def collect(experiment_ids: Collection[int], as_of: datetime) -> dict[int, Evidence]:
    """By experiment, with a fixed number of queries."""
    return {one.experiment: _of(one) for one in gather(experiment_ids, as_of)}


def _of(material: Material) -> Evidence:
    srm = health.checked(material)["srm"]
    guards = [measure for measure in material.measures if measure.role == GUARDRAIL]
    return {
        "as_of": material.as_of.isoformat(),
        "units": srm["observed"],
        "srm": srm["p"],
        "mismatched": srm["mismatched"],
        "guards": [_guarded(material, measure, len(guards)) for measure in guards],
    }


def _guarded(material: Material, measure: Measure, among: int) -> Evidence:
    cells = [material.all_units(measure, arm) for arm in (0, 1)]
    control, arm = (sample(measure, cell) for cell in cells)
    guard = guardrails.Guard(not measure.higher_is_better, measure.margin, alpha=HARM_ALPHA, among=among)
    found = None
    # Of arms of one size, ten with a value in either are enough: with none in the other they are ten heads in a row.
    if sequences.may_start(min(cell.sums.n for cell in cells), max(cell.positive for cell in cells)):
        found = guardrails.harmed(control, arm, guard, planned=material.planned or UNPLANNED)
    return {
        "version": measure.version,
        "name": measure.name,
        "kind": measure.kind,
        "margin": measure.margin,
        "units": [cell.sums.n for cell in cells],
        "control": _known(control.mean),
        "arm": _known(arm.mean),
        "relative": compare(control, arm).relative,
        "p": found and found.p,
        "level": guard.level,
        "harmed": bool(found and found.harmed),
    }


def _known(mean: float) -> float | None:
    return None if mean != mean else mean  # noqa: PLR0124 - NaN, which JSON has not
