"""A restart, checked on the people whom both phases asked: experiments.carryover over their vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from events.engine import Reader
from experiments.carryover import Cell, Check, carried, independence
from experiments.measuring import vectors
from experiments.measuring.days import Ints
from experiments.models import Experiment, MetricVersion, Phase


@dataclass(frozen=True)
class CarryOver:
    """Of the last phase against the one before it."""

    old: int
    new: int  # numbers of the phases
    persons: int  # whom both asked
    spread: Check  # whether what they had then tells what they have now
    carried: dict[int, Check]  # by metric version: whether it tells how they do now; of plain values only


def carry_over(reader: Reader, experiment: Experiment) -> CarryOver | None:
    """None where there was no restart."""
    new, old, *_earlier = [*experiment.phases.order_by("-number")[:2], None, None]
    if new is None or old is None:
        return None
    versions = list(MetricVersion.objects.filter(uses__experiment=experiment).distinct().order_by("pk"))
    return _compared(reader, new, old, versions)


def _compared(reader: Reader, new: Phase, old: Phase, versions: list[MetricVersion]) -> CarryOver:
    now, then = vectors.read(reader, new, versions), vectors.read(reader, old, [])
    _persons, here, there = np.intersect1d(now.person, then.person, assume_unique=True, return_indices=True)
    before, arm = then.variation[there], now.variation[here]
    table = [
        [float(np.sum((before == i) & (arm == j))) for j in range(len(new.weights))] for i in range(len(old.weights))
    ]
    plain = {pk: values.y[here] for pk, values in now.values.items() if values.d is None}
    told = {pk: carried(_cells(before, arm, y)) for pk, y in plain.items()}
    return CarryOver(old.number, new.number, len(here), independence(table), told)


def _cells(before: Ints, arm: Ints, y: Ints) -> dict[tuple[int, int], Cell]:
    found = {}
    for old, new in {*zip(before.tolist(), arm.tolist(), strict=True)}:
        own = y[(before == old) & (arm == new)].astype(float)
        found[old, new] = Cell(len(own), float(own.sum()), float((own**2).sum()))
    return found
