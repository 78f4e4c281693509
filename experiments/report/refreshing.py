"""Reports are written after each refresh of the sums, many at once, and then acted upon."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from experiments.models import Report, ReportDay
from experiments.report import guard
from experiments.report.composing import Body, compose
from experiments.report.gathering import gather
from experiments.report.material import Material

BATCH = 1000  # experiments whose material is in memory at once


class Written(NamedTuple):
    material: Material
    body: Body


def reports(experiment_ids: Collection[int], as_of: datetime) -> int:
    """Of those that were started; how many. Queries are a fixed number for each thousand, but for the acts of guard."""
    ids, count = sorted(experiment_ids), 0
    for start in range(0, len(ids), BATCH):
        written = [Written(one, compose(one).body) for one in gather(ids[start : start + BATCH], as_of)]
        _write(written)
        guard.act({one.material.experiment: one.body for one in written})
        count += len(written)
    return count


@transaction.atomic
def _write(written: Sequence[Written]) -> None:
    Report.objects.bulk_create(
        [_report(*one) for one in written],
        update_conflicts=True,
        unique_fields=["experiment"],
        update_fields=["as_of", "verdict", "body"],
    )
    ReportDay.objects.bulk_create(
        [_day(*one) for one in written],
        update_conflicts=True,
        unique_fields=["experiment", "day"],
        update_fields=["as_of", "rows"],
    )


def _report(material: Material, body: Body) -> Report:
    return Report(experiment_id=material.experiment, as_of=material.as_of, verdict=body["verdict"]["kind"], body=body)


def _day(material: Material, body: Body) -> ReportDay:
    return ReportDay(experiment_id=material.experiment, day=material.today, as_of=material.as_of, rows=day_rows(body))


def day_rows(body: Body) -> dict[str, Any]:
    """{"verdict", "phase", "srm": p, "metrics": {version: {arm: [n, relative, its interval, its sequence]}}}"""
    return {
        "verdict": body["verdict"]["kind"],
        "phase": body["phase"]["number"],
        "srm": body["health"]["srm"]["p"],
        "metrics": {
            str(metric["version"]): {str(row["arm"]): _point(row) for row in metric["arms"]}
            for metric in body["metrics"]
        },
    }


def _point(row: dict[str, Any]) -> list[Any]:
    sequence = (row["sequential"] or {}).get("relative")
    return [row["n"], row["relative"], row["relative_ci"], sequence and sequence["ci"]]
