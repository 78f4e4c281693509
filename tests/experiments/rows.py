"""Rows of flags and experiments as the verbs leave them, for tests of what is made from rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from experiments.models import Environment, Experiment, Flag, Layer, Lease, Phase, Rule, Variation

_numbers = itertools.count(1)


def flag(name: str = "", *, environments: Iterable[str] = ("production",), **fields: Any) -> Flag:
    """Past `save`, which publishes."""
    given = {"name": name or f"row-{next(_numbers)}", "lifecycle": "live", "superusers": False, **fields}
    (made,) = Flag.objects.bulk_create([Flag(**given)])
    made.environments.set(Environment.objects.filter(key__in=environments))
    return made


def rule(of: Flag, **fields: Any) -> Rule:
    return Rule.objects.create(flag=of, position=of.rules.count(), **fields)


def experiment(
    key: str = "", *, values: Sequence[Any] = (False, True), coverage: int = 10_000, seed: str = "", **fields: Any
) -> Experiment:
    """One that runs, of equal weights, with keys v0, v1, …"""
    key = key or f"test-{next(_numbers)}"
    now = timezone.now()
    made = Experiment.objects.create(key=key, name=key, status="running", started_at=now, **fields)
    Variation.objects.bulk_create(
        Variation(experiment=made, index=index, key=f"v{index}", name=f"V{index}", value=value)
        for index, value in enumerate(values)
    )
    Phase.objects.create(experiment=made, number=1, weights=[1] * len(values), coverage=coverage, seed=seed or key)
    return made


def layer(key: str, **leases: tuple[Experiment, int, int]) -> Layer:
    made = Layer.objects.create(key=key, name=key, seed=key)
    for held, low, high in leases.values():
        Lease.objects.create(layer=made, experiment=held, low=low, high=high)
    return made
