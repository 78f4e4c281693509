"""The next experiment out of the last: its set-up, under a new key, with a parent."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from experiments.models import Experiment
from experiments.running.acting import Person
from experiments.running.creating import create

COPIED = (
    *("kind", "hypothesis", "description", "tags", "team", "idea"),
    *("hash_attribute", "fallback_attribute", "condition", "segments"),
    *("alpha", "power", "effect", "planned_units", "min_days", "auto_stop", "auto_ship"),
)


@transaction.atomic
def iterate(experiment: Experiment, *, by: Person, **fields: Any) -> Experiment:
    """A draft that goes on from it; `fields` are those that differ. Metrics are those it was read by."""
    copied = {name: getattr(experiment, name) for name in COPIED}
    given = {"name": experiment.name, "key": free_key(experiment.key), **copied, **fields}
    return create(
        flag=experiment.flag,
        variations=list(experiment.variations.values("key", "name", "description", "value", "weight")),
        metrics=list(experiment.metrics.order_by("position").values("version", "role", "margin")),
        by=by,
        parent=experiment,
        **given,
    )


def free_key(key: str) -> str:
    """guide → guide-2 → guide-3; of two who ask at once, one is told that the key is taken."""
    stem = re.sub(r"-\d+\Z", "", key)[:90]
    taken = set(Experiment.objects.filter(key__startswith=stem).values_list("key", flat=True))
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
