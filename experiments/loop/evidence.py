"""What was measured, in a row: {"metric", "version", "arm": key, "relative", "ci", "as_of"} of the primary metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.models import Experiment, ExperimentMetric, Report

Effect = dict[str, Any]


def of_experiment(experiment: Experiment) -> Effect | None:
    """As its newest report has it: of what was shipped, else of the first arm beside control. None without one."""
    report = Report.objects.filter(experiment=experiment).first()
    return of_report(report.body, arm=experiment.winner) if report else None


def of_report(body: Mapping[str, Any], *, arm: int | None = None, metric: str = "") -> Effect | None:
    """Of the primary metric, or of the one named. A mismatch of arms says nothing of what was tried."""
    if body["health"]["srm"]["status"] == "fail":
        return None
    found = [
        (one, row)
        for one in body["metrics"]
        for row in one["arms"]
        if (one["name"] == metric if metric else one["role"] == ExperimentMetric.Role.PRIMARY)
        and arm in (None, 0, row["arm"])
        and row["relative"] is not None
    ]
    if not found:
        return None
    one, row = found[0]
    keys = {each["index"]: each["key"] for each in body["arms"]}
    measured = {"metric": one["name"], "version": one["version"], "arm": keys[row["arm"]]}
    return measured | {"relative": row["relative"], "ci": row["relative_ci"], "as_of": body["as_of"]}
