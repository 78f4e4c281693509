"""A drill-down: one metric of a phase by what its units were at their first exposure.

Reads the lake, with all that numpy and pyarrow take: for the workers of the queue `analytics`, and commands.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from events.engine import reading
from events.record import epoch_us
from experiments.measuring import vectors
from experiments.measuring.days import Days, numbered
from experiments.measuring.sums import Sums as Columns
from experiments.measuring.values import Values
from experiments.measuring.vectors import Vectors
from experiments.measuring.what import is_summed, measure
from experiments.models import MetricVersion, Phase
from experiments.report.gathering import SUMS, last_day, measure_of
from experiments.report.groups import Cells, Groups, compared
from experiments.report.material import Cell, Measure
from experiments.stats.sums import Sums


def slices(phase: Phase, version: MetricVersion, dimension: str, as_of: datetime) -> Groups:
    """Over the units that decide in the report of that moment: of a metric with a window, those of days that have
    matured. `dimension`: source, device, language, country or "properties.path". ValueError where an exposure has no
    such, and for metrics that sums do not say (quantiles, caps at a share)."""
    if not is_summed(version):
        raise ValueError(f"{version} is no sum over units")
    with reading(as_of=as_of) as reader:
        found = vectors.read(reader, phase, [version], dimension=dimension)
    described = measure_of(version)
    cells = _cells(found, np.flatnonzero(_counted(found, described, as_of)), version)
    return compared(cells, described, arms=len(phase.weights), alpha=phase.experiment.alpha)


def _counted(found: Vectors, described: Measure, as_of: datetime) -> NDArray[np.bool_]:
    """All, of a metric whose values are never final."""
    last = last_day(described, as_of)
    if last is None or not len(found.first_us):
        return np.ones(len(found.first_us), bool)
    days = Days(int(found.first_us.min()), epoch_us(as_of))
    return days.of(found.first_us) <= numbered(last)


def _cells(found: Vectors, rows: NDArray[np.intp], version: MetricVersion) -> Cells:
    """By the columns in which a refresh adds up, so that slices add up to its sums."""
    names, of_unit = np.unique(np.asarray(found.dimension)[rows].astype(str), return_inverse=True)
    arms = int(found.variation.max(initial=0)) + 1
    cell, cells = of_unit * arms + found.variation[rows], len(names) * arms
    columns, every = Columns(measure(version), cells), np.arange(cells)
    y, x, d = found.values[version.pk]
    columns.add(cell, Values(y[rows], x[rows], None if d is None else d[rows]))
    table = [np.bincount(cell, minlength=cells), *(columns.numbers(name, every) for name in (*SUMS[1:], "positive"))]
    return {
        (str(names[place // arms]), place % arms): Cell(Sums(*map(int, sums)), int(positive))
        for place, (*sums, positive) in enumerate(zip(*table, strict=True))
    }
