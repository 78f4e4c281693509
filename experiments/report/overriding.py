"""A reviewer takes responsibility: for results in spite of a mismatch of arms, for a decision against the report."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from experiments.models import Experiment, Override, Report

REVIEW = "experiments.add_override"
SRM, DECISION = "srm", "decision"


def needed(experiment: Experiment, decision: str) -> bool:
    """Whether the newest report recommends otherwise: to ship what is not said to be good, to drop what is. One that
    asks for a review takes either; before there is a report nothing is known to be good."""
    verdict = Report.objects.filter(experiment=experiment).values_list("verdict", flat=True).first()
    if decision == Experiment.Decision.SHIP:
        return verdict not in (Report.Verdict.SHIP, Report.Verdict.REVIEW)
    return bool(decision) and verdict == Report.Verdict.SHIP


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
