"""The versions of a metric: what each changed, and which experiments are pinned to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from experiments.metrics.defining import DEFINITION
from experiments.metrics.words import said
from experiments.models import Experiment, ExperimentMetric, Metric, MetricVersion

LIVE: dict[str, Any] = {
    "experiment__status__in": (Experiment.Status.DRAFT, Experiment.Status.RUNNING),
    "experiment__discarded_at": None,
}
LABELS = {field.name: field.verbose_name for field in MetricVersion._meta.fields}
MOST_VERSIONS, MOST_NAMED = 50, 5


@dataclass(frozen=True)
class Line:
    version: MetricVersion
    words: str
    changed: list[tuple[str, str, str]]  # label, before, after
    named: list[Experiment]  # of those that live, the latest
    uses: int  # experiments, the archive's too


def lines(metric: Metric) -> list[Line]:
    """The newest first."""
    versions = list(metric.versions.select_related("metric", "created_by", "denominator__metric")[:MOST_VERSIONS])
    uses = ExperimentMetric.objects.filter(version__in=versions)
    counts = dict(uses.values_list("version").annotate(Count("pk")).order_by())
    named = defaultdict(list)
    live = uses.filter(**LIVE).select_related("experiment").order_by("-experiment")
    for use in live.defer("experiment__words")[:100]:
        named[use.version_id].append(use.experiment)
    olders: list[MetricVersion | None] = [*versions[1:], None]
    return [
        Line(one, said(one), _changed(older, one), named[one.pk][:MOST_NAMED], counts.get(one.pk, 0))
        for one, older in zip(versions, olders, strict=True)
    ]


def live_uses(metrics: Iterable[Metric]) -> Counter[int]:
    """How many drafts and running experiments have each metric, whatever its version."""
    uses = ExperimentMetric.objects.filter(version__metric__in=list(metrics), **LIVE)
    return Counter(dict(uses.values_list("version__metric").annotate(Count("experiment", distinct=True)).order_by()))


def _changed(older: MetricVersion | None, newer: MetricVersion) -> list[tuple[str, str, str]]:
    if older is None:
        return []
    return [
        (str(LABELS[field]), _shown(older, field), _shown(newer, field))
        for field in DEFINITION
        if getattr(older, field) != getattr(newer, field)
    ]


def _shown(version: MetricVersion, field: str) -> str:
    value: Any = getattr(version, field)
    if field == "denominator" and value is not None:
        return f"{value.metric} ({value.number})"
    display = getattr(version, f"get_{field}_display", None)
    return display() if display else "–" if value is None else str(value)
