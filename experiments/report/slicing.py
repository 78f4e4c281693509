"""A drill-down: one metric of a phase by what its units were at their first exposure.

Reads the lake, with all that numpy and pyarrow take: for the workers of the queue `analytics`, and commands.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from events.engine import Reader, reading
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
    matured. `dimension`: source, device, language, country or "properties.path"; "": all are one group. ValueError
    where an exposure has no such, and for metrics that sums do not say (quantiles, caps at a share)."""
    with reading(as_of=as_of) as reader:
        return sliced(reader, phase, version, dimension)


def sliced(reader: Reader, phase: Phase, version: MetricVersion, dimension: str) -> Groups:
    """The same, of a reader's moment."""
    if not is_summed(version):
        raise ValueError(f"{version} is no sum over units")
    found = vectors.read(reader, phase, [version], dimension=dimension)
    described = measure_of(version)
    cells = cells_of(found, np.flatnonzero(counted(found, described, reader.as_of)), version)
    return compared(cells, described, arms=len(phase.weights), alpha=phase.experiment.alpha)


def counted(found: Vectors, described: Measure, as_of: datetime) -> NDArray[np.bool_]:
    """All, of a metric whose values are never final."""
    last = last_day(described, as_of)
    if last is None or not len(found.first_us):
        return np.ones(len(found.first_us), bool)
    days = Days(int(found.first_us.min()), epoch_us(as_of))
    return days.of(found.first_us) <= numbered(last)


def cells_of(found: Vectors, rows: NDArray[np.intp], version: MetricVersion) -> Cells:
    """By dimension and variation, of the units in `rows`; by the columns in which a refresh adds up, so that slices add
    up to its sums."""
    names, of_unit = np.unique(groups_of(found, rows), return_inverse=True)
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


def groups_of(found: Vectors, rows: NDArray[np.intp]) -> NDArray[np.str_]:
    """The dimension as text; one group where none was asked for."""
    return np.full(len(rows), "") if found.dimension is None else found.dimension[rows].astype(str)
