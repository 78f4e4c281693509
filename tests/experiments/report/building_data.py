"""An experiment with results, from simulated units: the rows that a refresh would have written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from experiments.models import (
    ArmDay,
    Experiment,
    ExperimentMetric,
    ExposureDay,
    Metric,
    MetricVersion,
    Phase,
    Variation,
)
from experiments.report.composing import Body, compose
from experiments.report.gathering import gather

START = datetime(2026, 10, 1, tzinfo=UTC)


@dataclass
class Units:
    """One row a unit: its arm, the day since the start on which it was first exposed, what each metric is of it."""

    arm: np.ndarray
    day: np.ndarray
    y: dict[str, np.ndarray] = field(default_factory=dict)  # minor units, whole numbers
    x: dict[str, np.ndarray] = field(default_factory=dict)
    d: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def dates(self) -> list[date]:
        return [START.date() + timedelta(days=int(day)) for day in sorted(set(self.day.tolist()))]


def build(experiment_id: int, as_of: datetime | None = None) -> Body | None:
    """The report as it is now. None before the experiment was started."""
    found = gather([experiment_id], as_of or timezone.now())
    return compose(found[0]).body if found else None


def drawn(n: int, *, arms: int = 2, days: int = 10, seed: int = 1) -> Units:
    random = np.random.default_rng(seed)
    return Units(arm=np.arange(n) % arms, day=random.integers(0, days, n))


def metric(key: str, *, kind: str = "conversion", name: str = "", **fields: Any) -> MetricVersion:
    made, _ = Metric.objects.get_or_create(key=key, defaults={"name": name or key})
    fields.setdefault("window_hours", None if kind == "retention" else 24)
    return MetricVersion.objects.create(
        metric=made, number=made.versions.count() + 1, kind=kind, events="active", **fields
    )


def experiment(
    key: str = "guide",
    *,
    versions: Mapping[MetricVersion, str],
    arms: Sequence[str] = ("control", "guide"),
    margins: Mapping[MetricVersion, float] | None = None,
    weights: Sequence[int] | None = None,
    **fields: Any,
) -> Experiment:
    """Running since START."""
    made = Experiment.objects.create(
        key=key, name=fields.pop("name", key), status="running", started_at=START, **{"planned_units": 1000, **fields}
    )
    weights = weights or [1] * len(arms)
    Variation.objects.bulk_create(
        Variation(experiment=made, index=n, key=arm, name=arm.title(), value=n, weight=weight)
        for n, (arm, weight) in enumerate(zip(arms, weights, strict=True))
    )
    Phase.objects.create(experiment=made, number=1, weights=list(weights), started_at=START)
    ExperimentMetric.objects.bulk_create(
        ExperimentMetric(
            experiment=made, version=version, role=role, position=n, margin=(margins or {}).get(version, 0)
        )
        for n, (version, role) in enumerate(versions.items())
    )
    return made


def fill(made: Experiment, units: Units, versions: Mapping[str, MetricVersion], *, flipped: int = 0) -> None:
    """The sums of these units by day of first exposure; `flipped` of each arm's first day had seen two arms."""
    phase = made.phases.last()
    for name, version in versions.items():
        ArmDay.objects.bulk_create(_arm_days(phase, version, units, name))
    first = min(units.dates)
    ExposureDay.objects.bulk_create(
        ExposureDay(
            phase=phase,
            variation=arm,
            day=day,
            units=int(mine.sum()) + (flipped if day == first else 0),
            flipped=flipped if day == first else 0,
        )
        for arm, day, mine in _cells(units)
    )


def _cells(units: Units):
    for arm in sorted(set(units.arm.tolist())):
        for day in units.dates:
            mine = (units.arm == arm) & (units.day == (day - START.date()).days)
            if mine.any():
                yield arm, day, mine


def _arm_days(phase: Phase, version: MetricVersion, units: Units, name: str):
    nothing = np.zeros(len(units.arm), dtype=np.int64)
    y, x, d = (part.get(name, nothing) for part in (units.y, units.x, units.d))
    products = {"y": y, "yy": y * y, "x": x, "xx": x * x, "xy": x * y, "d": d, "dd": d * d, "yd": y * d, "xd": x * d}
    for arm, day, mine in _cells(units):
        yield ArmDay(
            phase=phase,
            version=version,
            variation=arm,
            day=day,
            n=int(mine.sum()),
            positive=int((y[mine] > 0).sum()),
            **{key: int(values[mine].sum()) for key, values in products.items()},
        )
