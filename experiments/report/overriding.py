"""A reviewer takes responsibility: for results in spite of a mismatch of arms, for a decision against the report."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from experiments.models import Experiment, ExperimentMetric, Override, Report

REVIEW = "experiments.add_override"
SRM, DECISION = "srm", "decision"
PRIMARY, GUARDRAIL = ExperimentMetric.Role.PRIMARY, ExperimentMetric.Role.GUARDRAIL


def needed(experiment: Experiment, decision: str, arm: int | None = None) -> bool:
    """Whether the newest report recommends otherwise: to ship an arm which is not said to be good, to drop what is.
    One that asks for a review takes either, but to ship an arm that harms or is worse; before there is a report
    nothing is known to be good."""
    report = Report.objects.filter(experiment=experiment).first()
    if decision == Experiment.Decision.SHIP:
        return report is None or not _may_ship(report, arm)
    return bool(decision) and report is not None and report.verdict == Report.Verdict.SHIP


def _may_ship(report: Report, arm: int | None) -> bool:
    if report.verdict == Report.Verdict.SHIP:
        return bool(arm == report.body["verdict"]["arm"])
    return report.verdict == Report.Verdict.REVIEW and arm not in _bad(report.body)


def _bad(body: Any) -> set[int]:
    """Arms that harm a guardrail, or of which the primary metric is told to be worse."""
    seen = {PRIMARY: "worse", GUARDRAIL: "harmed"}
    return {
        row["arm"] for metric in body["metrics"] for row in metric["arms"] if row["reading"] == seen.get(metric["role"])
    }


def may_review(member: Any) -> bool:
    return bool(member.is_active and member.has_perm(REVIEW))


def override(experiment: Experiment, *, by: Any, reason: str, what: str = DECISION) -> Override:
    """PermissionDenied for who is no reviewer, ValidationError without a reason."""
    if not may_review(by):
        raise PermissionDenied(_("Only a reviewer goes against what the report says."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: who reads this later was not there.")})
    verdict = Report.objects.filter(experiment=experiment).values_list("verdict", flat=True).first()
    return Override.objects.create(
        experiment=experiment, what=what, recommended=verdict or "", reason=reason.strip(), by_id=by.pk
    )


def shown_by(experiment: Experiment, body: Any) -> Override | None:
    """Who took it upon them to show this phase's results, though its arms do not have the units they should."""
    since = body["phase"]["started_at"]
    return experiment.overrides.filter(what=SRM, at__gte=since).select_related("by").first()
