"""A new experiment, with its variations and metrics, as a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from experiments.flags.checking import check_condition
from experiments.flags.values import check_kept
from experiments.models import Experiment, ExperimentMetric, Flag, Idea, MetricVersion, Variation
from experiments.running.acting import Person, record

Row = TypeVar("Row", Variation, ExperimentMetric)


@transaction.atomic
def create(
    *,
    key: str,
    name: str,
    flag: Flag | None,
    variations: Sequence[Mapping[str, Any]],
    by: Person,
    metrics: Sequence[Mapping[str, Any]] = (),
    why: str = "",
    **fields: Any,
) -> Experiment:
    """A draft. `variations`: [{"key", "name", "value", "weight", "description"}], the control first. `metrics`:
    [{"version", "role", "margin"}], a version by itself or its id. What is not there yet is asked for at the start.
    """
    fields.setdefault("owner_id", by.pk if by else None)
    experiment = Experiment(key=key, name=name, flag=flag, **fields)
    clean(experiment)
    experiment.save()
    set_variations(experiment, variations)
    set_metrics(experiment, metrics)
    if experiment.idea_id:  # on its way around the loop (experiments/loop)
        Idea.objects.filter(pk=experiment.idea_id).update(state=Idea.State.TESTED)
    record(experiment, "created", by=by, why=why, before=None)
    return experiment


def clean(experiment: Experiment) -> None:
    try:
        check_condition(experiment.condition)
    except ValidationError as unsound:
        raise ValidationError({"condition": unsound.messages}) from unsound
    experiment.full_clean()


def set_variations(experiment: Experiment, variations: Sequence[Mapping[str, Any]]) -> None:
    """In the place of those there are."""
    rows = [Variation(experiment=experiment, index=index, **given) for index, given in enumerate(variations)]
    if len({row.key for row in rows}) < len(rows):
        raise ValidationError({"variations": _("Two variations have the same key.")})
    experiment.variations.all().delete()
    Variation.objects.bulk_create([_clean(_kept(row), "variations") for row in rows])


def _kept(row: Variation) -> Variation:
    try:
        check_kept(row.value)
    except ValidationError as refused:
        raise ValidationError({"variations": [f"{row.key}: {message}" for message in refused.messages]}) from refused
    return row


def set_metrics(experiment: Experiment, metrics: Sequence[Mapping[str, Any]]) -> None:
    """In the place of those there are."""
    rows = [_metric(experiment, position, **given) for position, given in enumerate(metrics)]
    if len({row.version_id for row in rows}) < len(rows):
        raise ValidationError({"metrics": _("A metric is there twice.")})
    if sum(row.role == ExperimentMetric.Role.PRIMARY for row in rows) > 1:
        raise ValidationError({"metrics": _("There is one primary metric; the others are secondary.")})
    experiment.metrics.all().delete()
    ExperimentMetric.objects.bulk_create([_clean(row, "metrics") for row in rows])


def _metric(
    experiment: Experiment, position: int, *, version: MetricVersion | int, role: str, margin: float = 0
) -> ExperimentMetric:
    pk = version.pk if isinstance(version, MetricVersion) else version
    return ExperimentMetric(experiment=experiment, version_id=pk, role=role, margin=margin, position=position)


def _clean(row: Row, field: str) -> Row:
    """Constraints over several rows are kept by the database and told above."""
    try:
        row.clean_fields(exclude=["experiment"])
        row.validate_constraints(exclude=["experiment"])
    except ValidationError as refused:
        told = [
            message if name == NON_FIELD_ERRORS else f"{name}: {message}"
            for name, messages in refused.message_dict.items()
            for message in messages
        ]
        raise ValidationError({field: told}) from refused
    return row
