"""What is over is put away with what it has taught; what never began, with why."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments.models import Experiment
from experiments.running.acting import Person, acting, must_be, must_say_why


def archive(experiment: Experiment, *, learnings: str, by: Person) -> Experiment:
    if not learnings.strip():
        raise ValidationError({"learnings": _("Write what was learned: it is what the archive is searched for.")})
    with acting(experiment, "archived", by=by) as experiment:
        must_be(experiment, Experiment.Status.STOPPED)
        if experiment.measured_until and experiment.measured_until > timezone.now():
            raise ValidationError({"status": _("Its last windows are open until %s.") % experiment.measured_until})
        experiment.status, experiment.archived_at = Experiment.Status.ARCHIVED, timezone.now()
        experiment.learnings = learnings
        experiment.save(update_fields=["status", "archived_at", "learnings"])
    return experiment


def discard(experiment: Experiment, *, by: Person, why: str) -> Experiment:
    """A draft, for good. Its row stays, since its changes are on record, and so does its key."""
    must_say_why(why)
    with acting(experiment, "discarded", by=by, why=why) as experiment:
        must_be(experiment, Experiment.Status.DRAFT)
        experiment.discarded_at = timezone.now()
        experiment.save(update_fields=["discarded_at"])
    return experiment
