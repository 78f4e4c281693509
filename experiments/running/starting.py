"""From a draft to an experiment that asks."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments import layers
from experiments.models import WHOLE, Experiment, Flag
from experiments.running import entering, phases
from experiments.running.acting import Person, acting, must_be
from experiments.running.checking import check_ready


def start(
    experiment: Experiment, *, by: Person, coverage: int = WHOLE, share: int | None = None, why: str = ""
) -> Experiment:
    """Phase 1, the rule of its flag and, where the flag is in a layer, a lease of `share` of that. `coverage` of the
    units that reach it are asked. Both in ten thousandths."""
    with acting(experiment, "started", by=by, why=why) as experiment:
        must_be(experiment, Experiment.Status.DRAFT)
        flag = check_ready(experiment, entering.locked_flag(experiment))
        check_coverage(coverage)
        experiment.status = Experiment.Status.RUNNING
        experiment.started_at = timezone.now()
        experiment.save(update_fields=["status", "started_at"])
        weights = list(experiment.variations.values_list("weight", flat=True))
        phases.begin(experiment, at=experiment.started_at, weights=weights, coverage=coverage)
        _lease(experiment, flag, share, by=by)
        entering.enter(experiment, flag, by=by, why=why)
    return experiment


def check_coverage(coverage: int) -> None:
    if not 1 <= coverage <= WHOLE:
        raise ValidationError({"coverage": _("More than nothing, and all of the traffic at most.")})


def _lease(experiment: Experiment, flag: Flag, share: int | None, *, by: Person) -> None:
    if flag.layer_id is None:
        if share is not None:
            raise ValidationError({"share": _("The flag is in no layer of which to have a share.")})
    elif share is None or not 1 <= share <= WHOLE:
        raise ValidationError({"share": _("Say what share of the layer it takes.")})
    else:
        layers.lease(experiment, share=share, by=by)
