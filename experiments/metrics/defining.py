"""Saying what is measured. A definition is never changed: another one is its next version, and reports pin theirs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments.metrics.checking import check
from experiments.models import Metric, MetricVersion

DEFINITION = (
    "kind",
    "events",
    "where",
    "window_hours",
    "day",
    "quantile",
    "cap",
    "cap_share",
    "denominator",
    "higher_is_better",
    "interference",
)


@transaction.atomic
def define(
    key: str,
    *,
    name: str,
    by: Any,
    description: str = "",
    unit: str = Metric.Unit.NUMBER,
    owner: Any = None,
    **definition: Any,
) -> MetricVersion:
    """A new metric with its first version; `by` (None: the site itself) is its owner unless another is named.

    ValidationError with the names of the fields at fault.
    """
    metric = Metric(key=key, name=name, description=description, unit=unit, owner=owner or by)
    version = _version(metric, 1, by, definition)
    check(version)
    metric.full_clean()
    metric.save()
    version.metric = metric
    version.save()
    return version


@transaction.atomic
def change(metric: Metric, *, by: Any, **definition: Any) -> MetricVersion:
    """The next version: the newest but for the fields given. The newest itself where they say what it says.

    ValidationError with the names of the fields at fault, or where the metric is archived.
    """
    metric = Metric.objects.select_for_update().get(pk=metric.pk)
    if metric.archived_at:
        raise ValidationError(_("An archived metric is not changed."))
    newest = metric.versions.select_related("denominator")[0]
    stood = definition_of(newest)
    if (meant := stood | definition) == stood:
        return newest
    version = _version(metric, newest.number + 1, by, meant)
    check(version)
    version.save()
    return version


def archive(metric: Metric) -> None:
    """It is offered no more; experiments that have it go on."""
    metric.archived_at = timezone.now()
    Metric.objects.living().filter(pk=metric.pk).update(archived_at=metric.archived_at)


def restore(metric: Metric) -> None:
    metric.archived_at = None
    Metric.objects.filter(pk=metric.pk).update(archived_at=None)


def definition_of(version: MetricVersion) -> dict[str, Any]:
    return {field: getattr(version, field) for field in DEFINITION}


def _version(metric: Metric, number: int, by: Any, definition: dict[str, Any]) -> MetricVersion:
    """TypeError where a field is none of a definition's."""
    if unknown := sorted(set(definition) - set(DEFINITION)):
        raise TypeError(f"a metric's definition has no {', '.join(unknown)}")
    return MetricVersion(metric=metric, number=number, created_by=by, **definition)
