"""Editing: of a draft everything, later only what does not touch whom it asks and how it is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from experiments.models import Experiment, ExperimentMetric
from experiments.running.acting import Person, acting, must_be
from experiments.running.creating import clean, set_metrics, set_variations

ANY_TIME = {
    "name",
    "description",
    "tags",
    "owner",
    "owner_id",
    "idea",
    "idea_id",
    "learnings",
    "auto_stop",
    "auto_ship",
}


def change(
    experiment: Experiment,
    *,
    by: Person,
    why: str = "",
    variations: Sequence[Mapping[str, Any]] | None = None,
    metrics: Sequence[Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Experiment:
    """`variations` and `metrics` are all that there shall be."""
    with acting(experiment, "changed", by=by, why=why) as experiment:
        if experiment.status == Experiment.Status.DRAFT:
            must_be(experiment, Experiment.Status.DRAFT)
        else:
            _check_late(experiment, variations, metrics, fields)
        for name, value in fields.items():
            setattr(experiment, name, value)
        clean(experiment)
        experiment.save(update_fields=[*fields])
        if variations is not None:
            set_variations(experiment, variations)
        if metrics is not None:
            set_metrics(experiment, metrics)
    return experiment


def _check_late(experiment: Experiment, variations: Any, metrics: Any, fields: Mapping[str, Any]) -> None:
    """What was promised before the start is kept, or the answer is chosen by who looks at it."""
    stays = _("It stays as it was at the start.")
    refused: dict[str, Any] = dict.fromkeys(sorted(set(fields) - ANY_TIME), stays)
    if variations is not None:
        refused["variations"] = stays
    if metrics is not None and _deciding(metrics) != _deciding(experiment.metrics.values("version", "role", "margin")):
        refused["metrics"] = _("Only secondary metrics come or go once it runs.")
    if refused:
        raise ValidationError(refused)


def _deciding(metrics: Any) -> set[tuple[int, str, float]]:
    return {
        (getattr(one["version"], "pk", one["version"]), one["role"], one.get("margin", 0))
        for one in metrics
        if one["role"] != ExperimentMetric.Role.SECONDARY
    }
