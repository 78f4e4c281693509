"""The end of an experiment, and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments import layers
from experiments.flags import solidifying
from experiments.models import Experiment, Holdout
from experiments.report import overriding
from experiments.running import entering, phases
from experiments.running.acting import Person, acting, must_be, must_say_why

NOTHING = timedelta()


def stop(experiment: Experiment, *, by: Person, why: str, decision: str = "", winner: int | None = None) -> Experiment:
    """Nobody is asked any more; the flag falls back to what it is without. Measured on until the windows of the last
    who were exposed have closed. `decision` may be taken later (`decide`)."""
    must_say_why(why)
    with acting(experiment, "stopped", by=by, why=why) as experiment:
        _stop(experiment, by=by, why=why)
        _decide(experiment, decision, winner, by=by, why=why)
    return experiment


def decide(experiment: Experiment, *, decision: str, by: Person, why: str) -> Experiment:
    """What is made of one that was stopped, after its last windows have closed, say. To ship, `ship` it."""
    must_say_why(why)
    with acting(experiment, "decided", by=by, why=why) as experiment:
        must_be(experiment, Experiment.Status.STOPPED)
        _decide(experiment, decision, None, by=by, why=why)
    return experiment


@transaction.atomic
def ship(experiment: Experiment, *, variation: int, by: Person, why: str) -> Experiment:
    """A variation becomes what the flag gives to all, at once; a running experiment is stopped by it."""
    must_say_why(why)
    with acting(experiment, "shipped", by=by, why=why) as experiment:
        must_be(experiment, Experiment.Status.RUNNING, Experiment.Status.STOPPED)
        if experiment.status == Experiment.Status.RUNNING:
            _stop(experiment, by=by, why=why)
        _decide(experiment, Experiment.Decision.SHIP, variation, by=by, why=why)
    _solidify(experiment, variation, by=by, why=why)  # after the change that tells when: holdouts go by it
    return experiment


def longest_window(experiment: Experiment) -> timedelta:
    """After the first exposure; metrics of all so far, and A/A tests, have none."""
    versions = [use.version for use in experiment.metrics.select_related("version__denominator")]
    versions += [version.denominator for version in versions if version.denominator]
    return max((version.matures_after or NOTHING for version in versions), default=NOTHING)


def measured_until(experiment: Experiment, stopped: datetime) -> datetime:
    """A day of first exposure matures as a whole: windows count from the end of the site's day of the stop."""
    zone = timezone.get_default_timezone()
    tomorrow = timezone.localdate(stopped, zone) + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).astimezone(UTC) + longest_window(experiment)


def _solidify(experiment: Experiment, variation: int, *, by: Person, why: str) -> None:
    if flag := entering.locked_flag(experiment):
        value = experiment.variations.get(index=variation).value
        solidifying.solidify(flag, value, by=by, why=f"{experiment.key}: {why}"[:500])


def _stop(experiment: Experiment, *, by: Person, why: str) -> None:
    must_be(experiment, Experiment.Status.RUNNING)
    if Holdout.objects.filter(experiment=experiment, ended_at=None).exists():
        raise ValidationError(_("It measures a holdout, which stands: end that instead."))
    now = timezone.now()
    experiment.status, experiment.stopped_at = Experiment.Status.STOPPED, now
    experiment.measured_until = measured_until(experiment, now)
    experiment.save(update_fields=["status", "stopped_at", "measured_until"])
    phases.end(experiment, at=now)
    layers.release(experiment, by=by)
    entering.leave(experiment, by=by, why=why)


def _decide(experiment: Experiment, decision: str, winner: int | None, *, by: Person, why: str) -> None:
    if not decision:
        return
    if experiment.decision:
        raise ValidationError({"decision": _("It is decided: %s.") % experiment.get_decision_display()})
    if decision not in Experiment.Decision.values:
        raise ValidationError({"decision": _("There is no decision “%s”.") % decision})
    if (decision == Experiment.Decision.SHIP) != (winner is not None):
        raise ValidationError({"winner": _("What is shipped is a variation; nothing else has a winner.")})
    if winner is not None and not experiment.variations.filter(index=winner).exists():
        raise ValidationError({"winner": _("There is no variation %d.") % winner})
    if by is not None and overriding.needed(experiment, decision, winner):  # the system does what the report says
        overriding.override(experiment, by=by, reason=why)
    experiment.decision, experiment.winner = decision, winner
    experiment.decision_reason, experiment.decided_by_id = why, by.pk if by else None
    experiment.save(update_fields=["decision", "winner", "decision_reason", "decided_by"])
