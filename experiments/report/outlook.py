"""How much longer it takes, what could be seen by now, and what the effect would be worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from experiments.report.material import QUOTIENTS, Material, Measure
from experiments.stats import power
from experiments.stats.samples import Sample

LATELY = timedelta(days=7)


def looked_ahead(material: Material, matured: int) -> dict[str, Any]:
    exposed = sum(row.units - row.flipped for row in material.exposed)
    daily = _daily(material)
    return {
        "planned": material.planned,
        "exposed": exposed,
        "matured": matured,
        "daily": daily,
        "days_left": _days_left(material, matured, daily),
        "full_days": max(0, material.full_days),
        "min_days": material.min_days,
    }


def detectable(material: Material, control: Sample, smallest: int) -> float | None:
    """The relative effect that so many units per arm just find."""
    return power.relative_mde(control.mean, control.variance, smallest, alpha=material.alpha, power=material.power)


def _daily(material: Material) -> float:
    """New units a day, of the last full days; on the first day of that day so far."""
    since = material.today - LATELY
    recent = [row for row in material.exposed if since <= row.day < material.today]
    if not recent:
        return float(sum(row.units for row in material.exposed))
    days = (material.today - max(since, min(row.day for row in recent))).days
    return sum(row.units for row in recent) / days


def _days_left(material: Material, matured: int, daily: float) -> int | None:
    """Until as many units as were planned have matured; None where no end is in sight."""
    measure = material.primary
    if material.planned is None or measure is None or measure.window is None:
        return None
    if matured >= material.planned:
        return 0
    window = math.ceil(measure.window / timedelta(days=1)) + 1  # the day of the exposure itself is over first
    last = _day_of(material, material.planned)
    if last is not None:
        return max(1, (last - material.today).days + window)
    if material.phase.ended_at:
        return None
    exposed = sum(row.units - row.flipped for row in material.exposed)
    return power.days_left(material.planned - exposed, daily, window=window)


def _day_of(material: Material, planned: int) -> date | None:
    """On which the last of the planned units was exposed; None where it has not been."""
    reached = 0
    for row in sorted(material.exposed, key=lambda row: row.day):
        reached += row.units - row.flipped
        if reached >= planned:
            return row.day
    return None


def impact(material: Material, measure: Measure | None, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the primary metric would gain a day if all units that come had an arm: the effect of one times how many."""
    exposed = sum(row.units for row in material.exposed)
    days = (((material.phase.ended_at or material.as_of) - material.phase.started_at) / timedelta(days=1)) or 1
    if measure is None or measure.kind in QUOTIENTS or not exposed or not material.phase.coverage:
        return []
    daily = exposed / days / material.phase.coverage
    return [
        {
            "arm": row["arm"],
            "units": daily,
            "gain": row["absolute"] * daily,
            "ci": [end * daily for end in row["absolute_ci"]],
        }
        for row in rows
        if row["absolute"] is not None and row["absolute_ci"]
    ]
