"""More traffic, or a new beginning."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments import publishing
from experiments.models import Experiment, Phase
from experiments.running import phases
from experiments.running.acting import Person, acting, must_be, must_say_why
from experiments.running.starting import check_coverage


def ramp(experiment: Experiment, *, coverage: int, by: Person, why: str = "") -> Phase:
    """More coverage changes nobody's variation and keeps the phase. Less would show some of those who were treated
    the flag's own value and count them all the same: that begins a new phase, and says why."""
    check_coverage(coverage)
    with acting(experiment, "ramped", by=by, why=why) as experiment:
        must_be(experiment, Experiment.Status.RUNNING)
        phase = experiment.phases.current().get()
        if coverage == phase.coverage:
            raise ValidationError({"coverage": _("It has just that.")})
        if coverage < phase.coverage:
            must_say_why(why)
            return _begin(experiment, weights=phase.weights, coverage=coverage, reason=why)
        phase.coverage = coverage
        phase.save(update_fields=["coverage"])
        _publish(experiment)
    return phase


def restart(experiment: Experiment, *, by: Person, why: str, weights: Sequence[int] | None = None) -> Phase:
    """A new phase: all units are drawn anew, with other weights if they are given. What was measured stays with the
    phase that it was measured in."""
    must_say_why(why)
    with acting(experiment, "restarted", by=by, why=why) as experiment:
        must_be(experiment, Experiment.Status.RUNNING)
        phase = experiment.phases.current().get()
        chosen = list(phase.weights if weights is None else weights)
        _check_weights(experiment, chosen)
        return _begin(experiment, weights=chosen, coverage=phase.coverage, reason=why)


def _begin(experiment: Experiment, *, weights: Sequence[int], coverage: int, reason: str) -> Phase:
    phase = phases.begin(experiment, at=timezone.now(), weights=weights, coverage=coverage, reason=reason)
    _publish(experiment)
    return phase


def _publish(experiment: Experiment) -> None:
    publishing.publish([experiment.flag_id] if experiment.flag_id else [])


def _check_weights(experiment: Experiment, weights: Sequence[int]) -> None:
    if len(weights) != experiment.variations.count() or any(weight < 0 for weight in weights):
        raise ValidationError({"weights": _("One for each variation, none below 0.")})
    if sum(weight > 0 for weight in weights) < 2:
        raise ValidationError({"weights": _("Two variations at least must have a weight.")})
    if not weights[0]:
        raise ValidationError({"weights": _("The control must have a weight: all others are compared with it.")})
