"""A decision against what the report says is a person's, with a reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from experiments.models import Experiment, Override, Report
from experiments.running.acting import Person

Decision, Verdict = Experiment.Decision, Report.Verdict


def is_against(decision: str, verdict: str) -> bool:
    """To ship what is not said to be good, to drop what is. A report that asks for a review takes any."""
    if decision == Decision.SHIP:
        return verdict not in (Verdict.SHIP, Verdict.REVIEW)
    return verdict == Verdict.SHIP


def review(experiment: Experiment, *, by: Person, why: str) -> None:
    report = Report.objects.filter(experiment=experiment).first()
    if report is None or not is_against(experiment.decision, report.verdict):
        return
    if by is None:
        raise ValidationError({"decision": _("The report says otherwise: that takes a reviewer.")})
    Override.objects.create(experiment=experiment, what="decision", recommended=report.verdict, reason=why, by_id=by.pk)
