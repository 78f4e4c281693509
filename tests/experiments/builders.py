"""What tests of experiments begin with, by the site's own verbs."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from experiments.flags import changing as flags
from experiments.models import Experiment, Flag, Layer, Metric, MetricVersion
from experiments.running import creating, starting

_numbers = itertools.count(1)

ARMS: tuple[dict[str, Any], ...] = (
    {"key": "control", "name": "Control", "value": False},
    {"key": "treatment", "name": "Treatment", "value": True},
)


def new_flag(name: str = "", **fields: Any) -> Flag:
    """Live in production."""
    return flags.create(name or f"flag-{next(_numbers)}", by=None, **fields)


def new_layer(key: str = "page", **fields: Any) -> Layer:
    return Layer.objects.create(key=key, name=key, **fields)


def new_metric(key: str = "", *, kind: str = "count", events: str = "vote_cast", **fields: Any) -> MetricVersion:
    """Its first version."""
    metric = Metric.objects.create(key=key or f"metric-{next(_numbers)}", name=key or "votes")
    return MetricVersion.objects.create(metric=metric, number=1, kind=kind, events=events, **fields)


def new_experiment(key: str = "", *, by: Any = None, **given: Any) -> Experiment:
    """A draft of a yes-or-no flag that lacks nothing: two arms, a primary metric, a planned size."""
    key = key or f"experiment-{next(_numbers)}"
    if "metrics" not in given:
        given["metrics"] = [{"version": new_metric(window_hours=72), "role": "primary"}]
    if "flag" not in given:
        given["flag"] = new_flag()
    fields = {"name": key.capitalize(), "variations": ARMS, "planned_units": 1000, **given}
    return creating.create(key=key, by=by, **fields)


def running(
    key: str = "", *, by: Any = None, coverage: int = 10_000, share: int | None = None, **given: Any
) -> Experiment:
    return start(new_experiment(key, by=by, **given), by=by, coverage=coverage, share=share)


def start(experiment: Experiment, *, by: Any = None, **given: Any) -> Experiment:
    return starting.start(experiment, by=by, **given)


def days_ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)
