"""Which experiments share their persons, and whether one changes the other's effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ibis
import numpy as np

from events.engine import EVENTS, Reader
from events.record import epoch_us
from experiments.measuring import vectors
from experiments.measuring.reading import EXPOSED
from experiments.models import Experiment, MetricVersion, Phase
from experiments.report.effects import sample
from experiments.report.gathering import measure_of
from experiments.report.material import Cell
from experiments.report.slicing import cells_of
from experiments.stats.interactions import interaction
from experiments.stats.samples import Sample

MOST = 40  # experiments, the newest ones


def overlap(reader: Reader, phases: Sequence[Phase]) -> dict[str, Any]:
    """`experiments` with the persons exposed to each; `pairs` of those that have persons in common, most first, with
    the share of either's persons that the other has too, and whether both are of one flag or one layer."""
    counts = _counts(reader, phases)
    shown = [{**_described(phase), "persons": counts.get((phase.pk, phase.pk), 0)} for phase in phases]
    pairs = [
        {
            "pair": [one.experiment.key, other.experiment.key],
            "both": both,
            "shares": [both / counts[phase.pk, phase.pk] for phase in (one, other)],
            "same_flag": one.experiment.flag_id is not None and one.experiment.flag_id == other.experiment.flag_id,
            "same_layer": bool(_layer(one)) and _layer(one) == _layer(other),
        }
        for place, one in enumerate(phases)
        for other in phases[place + 1 :]
        if (both := counts.get((min(one.pk, other.pk), max(one.pk, other.pk)), 0))
    ]
    return {"experiments": shown, "pairs": sorted(pairs, key=lambda row: (-row["both"], row["pair"]))}


def running() -> list[Phase]:
    """The current phases of the experiments that run, the newest first; holdouts are for overlapping."""
    found = Phase.objects.current().filter(experiment__status=Experiment.Status.RUNNING)
    found = found.exclude(experiment__kind=Experiment.Kind.HOLDOUT).select_related("experiment__flag__layer")
    return list(found.order_by("-pk")[:MOST])


def _described(phase: Phase) -> dict[str, Any]:
    experiment = phase.experiment
    flag = experiment.flag.name if experiment.flag else ""
    return {"key": experiment.key, "name": experiment.name, "flag": flag, "layer": _layer(phase)}


def _layer(phase: Phase) -> str:
    flag = phase.experiment.flag
    return flag.layer.key if flag and flag.layer else ""


def _counts(reader: Reader, phases: Sequence[Phase]) -> dict[tuple[int, int], int]:
    """Persons by pair of phases, the smaller key first; of a phase with itself, all of its own."""
    if not phases:
        return {}
    since = min(epoch_us(phase.started_at) for phase in phases)
    mine = EVENTS.object_id.isin([phase.pk for phase in phases])
    rows = EVENTS.filter(EVENTS.name == EXPOSED, EVENTS.object_kind == "phase", mine, EVENTS.epoch_us >= since)
    one = rows.select("person", phase=rows.object_id).distinct()
    other = one.rename(another="phase")
    joined = one.join(other, "person")
    pairs = joined.filter(joined.phase <= joined.another).group_by("phase", "another")
    found = pairs.agg(persons=ibis._.count())
    return {(row["phase"], row["another"]): row["persons"] for row in reader.records(found)}


def interactions(reader: Reader, one: Phase, other: Phase, version: MetricVersion) -> list[dict[str, Any]]:
    """For each arm of `one` and of `other`: does the effect of one's arm on the metric (counted from the exposure to
    `one`) differ between the other's arm and its control? Over the persons who are in both."""
    own = vectors.read(reader, one, [version])
    beside = vectors.read(reader, other, [])
    _, mine, theirs = np.intersect1d(own.person, beside.person, return_indices=True)
    arm_of_other = np.full(len(own.person), -1)
    arm_of_other[mine] = beside.variation[theirs]
    cells = cells_of(replace(own, dimension=arm_of_other), np.sort(mine), version)
    described = measure_of(version)

    def of(arm: int, arm_of_other: int) -> Sample:
        return sample(described, cells.get((str(arm_of_other), arm), Cell()))

    found = []
    for a in range(1, len(one.weights)):
        for b in range(1, len(other.weights)):
            corners = [of(a, b), of(0, b), of(a, 0), of(0, 0)]
            effect = interaction(*corners, alpha=one.experiment.alpha)
            told = {"interaction": effect.absolute, "ci": effect.absolute_ci, "p": effect.p, "status": effect.status}
            means = [corner.mean if corner.n and corner.mean == corner.mean else None for corner in corners]
            found.append({"arms": [a, b], "n": [corner.n for corner in corners], "means": means, **told})
    return found
