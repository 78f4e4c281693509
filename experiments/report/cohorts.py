"""The primary metric by day of first exposure (同期群): an effect that wears off, or is learned, shows here."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from experiments.report.effects import sample
from experiments.report.material import Cell, Material, Measure
from experiments.stats.effects import compare

MOST_DAYS = 35  # beyond, cohorts are weeks


def by_exposure(material: Material, measure: Measure) -> dict[str, Any]:
    weekly = len(material.cohorts) > MOST_DAYS
    grouped: dict[date, dict[int, Cell]] = defaultdict(dict)
    for day, cells in material.cohorts.items():
        first = day - timedelta(days=day.weekday()) if weekly else day
        for arm, cell in cells.items():
            grouped[first][arm] = grouped[first].get(arm, Cell()).plus(cell)
    rows = [_row(material, measure, day, grouped[day]) for day in sorted(grouped)]
    return {"version": measure.version, "weekly": weekly, "rows": rows}


def _row(material: Material, measure: Measure, day: date, cells: dict[int, Cell]) -> dict[str, Any]:
    samples = {arm.index: sample(measure, cells.get(arm.index, Cell())) for arm in material.arms}
    control = samples[material.arms[0].index]
    arms = []
    for arm in material.arms[1:]:
        effect = compare(control, samples[arm.index], alpha=material.alpha)
        ci = effect.relative_ci if effect.relative_ci and effect.relative_ci[0] is not None else None
        arms.append([samples[arm.index].n, effect.relative, list(ci) if ci else None])
    return {"day": day.isoformat(), "control": control.n, "arms": arms}
