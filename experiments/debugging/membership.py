"""Who is behind a number: the persons of an arm, of a group, of a composition."""

from __future__ import annotations

import numpy as np

from events.engine import Reader
from experiments.measuring import vectors
from experiments.measuring.days import Ints
from experiments.models import MetricVersion, Phase
from experiments.report.gathering import measure_of
from experiments.report.slicing import counted, groups_of


def persons(
    reader: Reader,
    phase: Phase,
    *,
    arm: int | None = None,
    dimension: str = "",
    value: str = "",
    version: MetricVersion | None = None,
) -> Ints:
    """Those who count in a phase: all, or of one arm, of one value of a dimension; of a metric, those who decide."""
    found = vectors.read(reader, phase, [], dimension=dimension)
    every = np.ones(len(found.person), bool)
    kept = every if version is None else counted(found, measure_of(version), reader.as_of)
    if arm is not None:
        kept = kept & (found.variation == arm)
    if dimension:
        kept = kept & (groups_of(found, np.arange(len(found.person))) == value)
    return found.person[kept]
