"""The fixed test, which is made once: on the units of the first days that reach the planned size.

Days of first exposure are taken whole, their windows have closed and they are full days enough: every later refresh
finds the same units, and the same answer. Of whoever comes after them only the sequence speaks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from typing import Any

from experiments.report.effects import SCALES, sample
from experiments.report.material import PRIMARY, Cell, Material
from experiments.stats.effects import Effect, compare
from experiments.stats.samples import Sample


def look(metrics: Sequence[dict[str, Any]], material: Material) -> None:
    """Fills `plan` of the primary metric's rows: null before its time, and of all others."""
    samples = _samples(material)
    for metric in metrics:
        for row in metric["arms"]:
            row["plan"] = _tested(samples, row["arm"], material) if samples and metric["role"] == PRIMARY else None


def last_day(material: Material) -> date | None:
    """Of first exposure, of those that are tested."""
    closed = material.closed_until
    if material.planned is None or closed is None or material.full_days < material.min_days:
        return None
    full = (material.phase.started_at + timedelta(days=material.min_days)).astimezone(closed.tzinfo)
    reached = 0
    for day in sorted(material.cohorts):
        reached += sum(cell.sums.n for cell in material.cohorts[day].values())
        if reached >= material.planned:
            return max(day, (full - timedelta.resolution).date())
    return None


def _samples(material: Material) -> dict[int, Sample]:
    last, measure = last_day(material), material.primary
    if last is None or measure is None:
        return {}
    days = [cells for day, cells in material.cohorts.items() if day <= last]
    return {
        arm.index: sample(measure, reduce(Cell.plus, (cells.get(arm.index, Cell()) for cells in days), Cell()))
        for arm in material.arms
    }


def _tested(samples: dict[int, Sample], arm: int, material: Material) -> dict[str, Any]:
    effect = compare(samples[material.arms[0].index], samples[arm], alpha=material.alpha)
    return {"n": samples[arm].n, "status": effect.status, "p_adjusted": None, **_plain(effect)}


def _plain(effect: Effect) -> dict[str, Any]:
    """As JSON: intervals as lists, no NaN."""
    found = {name: getattr(effect, name) for name in SCALES}
    return {
        name: list(value) if isinstance(value, tuple) else None if value is None or math.isnan(value) else float(value)
        for name, value in found.items()
    }
