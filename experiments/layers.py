"""Ranges of layers: each is leased to one experiment at a time, so that those of one layer share no unit.

A lease is never deleted; who had which units when, and by whom, is read from them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from experiments.models import WHOLE, Experiment, Layer, Lease


@transaction.atomic
def lease(experiment: Experiment, *, share: int, by: AbstractBaseUser | None) -> Lease:
    """The first gap of its flag's layer that is wide enough, in ten thousandths. Raises ValidationError where none is.

    Whoever comes second waits for the layer's row; should somebody go past that, the constraint refuses an overlap.
    """
    layer_id = experiment.flag.layer_id if experiment.flag else None
    if layer_id is None:
        raise ValidationError({"flag": _("Its flag is in no layer.")})
    layer = Layer.objects.select_for_update().get(pk=layer_id)
    standing = list(Lease.objects.standing().filter(layer=layer))
    if any(one.experiment_id == experiment.pk for one in standing):
        raise ValidationError({"share": _("It has a range of this layer already.")})
    free = gaps((one.low, one.high) for one in standing)
    low = next((start for start, end in free if end - start >= share), None)
    if low is None:
        widest = max((end - start for start, end in free), default=0)
        told = {"layer": layer.name, "share": widest / 100}
        raise ValidationError({"share": _("The widest free range of %(layer)s is %(share)g %%.") % told})
    return Lease.objects.create(
        layer=layer, experiment=experiment, low=low, high=low + share, by_id=by.pk if by else None
    )


def release(experiment: Experiment, *, by: AbstractBaseUser | None) -> int:  # noqa: ARG001
    """Others may lease its ranges from now on; returns how many it had. `by` stands in the change of the experiment
    that this is a part of: a lease says who took it."""
    return Lease.objects.standing().filter(experiment=experiment).update(released_at=timezone.now())


def gaps(taken: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What disjoint ranges [low, high) leave of [0, WHOLE), in order."""
    found, start = [], 0
    for low, high in [*sorted(taken), (WHOLE, WHOLE)]:
        if low > start:
            found.append((start, low))
        start = high
    return found
