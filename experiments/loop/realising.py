"""What became of an effect after it was shipped: as a holdout measures it, which keeps some units without, or a later
experiment on the same flag that had the shipped value beside another. Where there is neither, nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from experiments.loop.evidence import Effect, of_report
from experiments.models import Experiment, Insight, Report


def fill() -> int:
    """Of all insights that await it; how many have one now."""
    awaiting = Insight.objects.filter(
        realised__isnull=True, effect__isnull=False, experiment__decision=Experiment.Decision.SHIP
    ).select_related("experiment")
    found = [(insight, realised) for insight in awaiting if (realised := realised_of(insight))]
    for insight, realised in found:
        insight.realised = realised
    Insight.objects.bulk_update([insight for insight, _realised in found], ["realised"])
    return len(found)


def realised_of(insight: Insight) -> Effect | None:
    return next(iter([*_by_later(insight), *_by_holdouts(insight)]), None)


def _by_later(insight: Insight) -> Iterator[Effect]:
    """Of arms that had what was shipped, beside a control that had not."""
    shipped = insight.experiment
    value = shipped.variations.filter(index=shipped.winner or 0).values_list("value", flat=True).first()
    later = Experiment.objects.filter(flag=shipped.flag_id, started_at__gt=shipped.stopped_at, stopped_at__isnull=False)
    for experiment in later.exclude(flag=None).order_by("-started_at").prefetch_related("variations"):
        arms = [arm.index for arm in experiment.variations.all() if arm.index and arm.value == value]
        report = Report.objects.filter(experiment=experiment).first()
        for arm in arms if report else ():
            yield from _told(report, insight, arm, {"by": "experiment", "key": experiment.key})


def _by_holdouts(insight: Insight) -> Iterator[Effect]:
    """Of all that the holdout had not, this among it."""
    frozen = {"experiment__holdout__frozen_keys__contains": [insight.experiment.key]}
    for report in Report.objects.filter(**frozen).select_related("experiment__holdout").order_by("-as_of"):
        holdout = report.experiment.holdout
        named = {"by": "holdout", "key": holdout.key, "experiments": len(holdout.frozen_keys)}
        yield from _told(report, insight, None, named)


def _told(report: Any, insight: Insight, arm: int | None, source: dict[str, Any]) -> Iterator[Effect]:
    found = of_report(report.body, arm=arm, metric=insight.effect["metric"])
    if found:
        yield found | source
