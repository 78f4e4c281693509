"""The units of one phase, each with its values: for what sums by day cannot say (quantiles, caps at a share of the
units, drill-downs, who is behind a number). Read when it is asked for, by the pass that makes the sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from events.engine import Reader
from events.record import epoch_us
from experiments.measuring.cells import lay_out
from experiments.measuring.counting import Plan
from experiments.measuring.counting import read as read_chunk
from experiments.measuring.days import Ints
from experiments.measuring.reading import Range
from experiments.measuring.values import Units, Values
from experiments.measuring.what import What, asked, measure
from experiments.models import MetricVersion, Phase


@dataclass(frozen=True)
class Vectors:
    """By unit; units that flipped are left out. Values are in minor units (what.scale), by key of the version."""

    person: Ints
    unit: Ints  # as it was first exposed
    variation: Ints
    first_us: Ints  # of the first exposure, microseconds since 1970
    values: Mapping[int, Values]
    dimension: NDArray[Any] | None = None  # texts, as of the first exposure


def read(
    reader: Reader,
    phase: Phase,
    versions: Collection[MetricVersion],
    *,
    dimension: str = "",
    of: Range | None = None,
) -> Vectors:
    """Up to the reader's as_of, of any kinds of metrics; no cap but a plain one is applied. `dimension`: source,
    device, language, country or "properties.path", as it was at the first exposure; ValueError where it is none. `of`:
    only some persons."""
    end = epoch_us(reader.as_of)
    what = What((asked(phase, [version.pk for version in versions]),), {one.pk: measure(one) for one in versions})
    cells = lay_out(what.phases, end)
    plan = Plan(what, cells, np.ones(len(cells), bool), end)
    ranges = [of] if of else plan.reading.ranges(reader)
    return _joined(plan, [_of_range(plan, reader, one, dimension) for one in ranges], dimension)


def _of_range(plan: Plan, reader: Reader, of: Range, dimension: str) -> Vectors:
    chunk = read_chunk(plan, reader, of, dimension)
    rows, shown = chunk.firsts[~chunk.flipped], chunk.exposures
    person, instants = shown.person[rows], shown.instants[rows]
    values: dict[int, Values] = {}
    if plan.uses:
        units = Units(plan.reading.events(reader, of, chunk.persons), person, instants, plan.end)
        values = {use.measure.pk: units.values(use.measure, slice(None)) for use in plan.uses}
    told = None if chunk.dimension is None else chunk.dimension.to_numpy(zero_copy_only=False)[rows]
    return Vectors(chunk.persons[person], shown.unit[rows], shown.variation[rows], instants, values, told)


def _joined(plan: Plan, parts: list[Vectors], dimension: str) -> Vectors:
    values = {use.measure.pk: _values([part.values[use.measure.pk] for part in parts]) for use in plan.uses}
    told = np.concatenate([np.zeros(0, object), *(part.dimension for part in parts)]) if dimension else None
    return Vectors(
        person=_all([part.person for part in parts]),
        unit=_all([part.unit for part in parts]),
        variation=_all([part.variation for part in parts]),
        first_us=_all([part.first_us for part in parts]),
        values=values,
        dimension=told,
    )


def _values(parts: list[Values]) -> Values:
    d = [part.d for part in parts if part.d is not None]
    return Values(_all([part.y for part in parts]), _all([part.x for part in parts]), _all(d) if d else None)


def _all(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *parts])
