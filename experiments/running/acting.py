"""One act on an experiment: its row locked, and what the act changed kept with who and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from experiments.models import Experiment, ExperimentChange

Person = AbstractBaseUser | None  # None is the system

TOLD = (
    *("key", "name", "kind", "status", "hypothesis", "description", "tags", "flag", "team", "owner", "idea", "parent"),
    *("hash_attribute", "fallback_attribute", "condition", "segments"),
    *("alpha", "power", "effect", "planned_units", "min_days", "auto_stop", "auto_ship"),
    *("decision", "winner", "learnings", "discarded_at"),
)


@contextmanager
def acting(experiment: Experiment, act: str, *, by: Person, why: str = "") -> Iterator[Experiment]:
    """Within one transaction: the experiment as it is now, its row locked. What differs at the end is written down."""
    with transaction.atomic():
        row = Experiment.objects.select_for_update().get(pk=experiment.pk)
        before = told(row)
        yield row
        record(row, act, by=by, why=why, before=before)


def record(experiment: Experiment, act: str, *, by: Person, why: str = "", before: dict[str, Any] | None) -> None:
    """What has changed since `before`, if anything; of a new one (None) all that it is."""
    after = told(experiment)
    changed = [key for key in after if before is None or after[key] != before[key]]
    if not changed:
        return
    ExperimentChange.objects.create(
        experiment=experiment,
        by_id=by.pk if by else None,
        act=act,
        why=why,
        before=None if before is None else {key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )


def told(experiment: Experiment) -> dict[str, Any]:
    """All that decides whom an experiment asks, what they get and how it is read."""
    found = {name: experiment.serializable_value(name) for name in TOLD}
    phase = experiment.phases.current().first()
    lease = experiment.leases.standing().first()
    return {
        **found,
        "variations": list(experiment.variations.values("index", "key", "name", "description", "value", "weight")),
        "metrics": list(experiment.metrics.order_by("position").values("version", "role", "margin")),
        "phase": phase and model_to_dict(phase, ("number", "seed", "weights", "coverage", "bucket_version")),
        "lease": lease and [lease.low, lease.high],
    }


def must_be(experiment: Experiment, *statuses: str) -> None:
    if experiment.discarded_at:
        raise ValidationError({"status": _("It is discarded; iterate to go on from it.")})
    if experiment.status not in statuses:
        wanted = " / ".join(str(Experiment.Status(status).label) for status in statuses)
        found = experiment.get_status_display()
        raise ValidationError({"status": _("It is %(found)s; for this it must be %(wanted)s.") % locals()})


def must_say_why(why: str) -> None:
    if not why.strip():
        raise ValidationError({"why": _("Say why: who reads this later was not there.")})
    ExperimentChange._meta.get_field("why").run_validators(why)
