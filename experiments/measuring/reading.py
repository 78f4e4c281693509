"""What a pass reads of the lake: exposures and events of some persons at a time, as arrays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import ibis
import numpy as np
import pyarrow as pa
from ibis import ir
from numpy.typing import NDArray
from pyarrow import compute

from events.engine import EVENTS, Reader
from events.engine.compiling import event_property
from experiments.measuring.cells import Cells
from experiments.measuring.days import Ints
from experiments.measuring.exposures import Exposures
from experiments.measuring.series import Events
from experiments.measuring.what import Series
from experiments.metrics.filters import expression
from experiments.metrics.where import PROPERTY

ROWS_AT_ONCE = 1_000_000  # some 150 MB with all that is made of them
SLOTS_AT_ONCE = 2**25  # persons × phases
EXPOSED, ANYTHING = "exposed", "{}"
COLUMNS = ("source", "device", "language", "country")  # of the exposure's event, that it may be told apart by


class Range(NamedTuple):
    """Persons, both with."""

    low: int
    high: int


@dataclass(frozen=True)
class EventReading:
    """Events of `series` from `floor` to before `end` (microseconds)."""

    series: tuple[Series, ...]
    valued: bool  # whether their values are asked for
    floor: int
    end: int

    @cached_property
    def names(self) -> list[str]:
        return sorted(set().union(*(one.names for one in self.series)))

    @cached_property
    def wheres(self) -> list[str]:
        return sorted({one.where for one in self.series} - {ANYTHING})

    def events(self, reader: Reader, of: Range, persons: Ints) -> Events:
        """Of these persons (sorted), who are then 0, 1, … in that order."""
        events = EVENTS.filter(self._is_event(), EVENTS.person.between(of.low, of.high))
        codes = ibis.cases(*((events.name == name, code) for code, name in enumerate(self.names)), else_=-1)
        flags = {f"where{n}": expression(events, json.loads(where)) for n, where in enumerate(self.wheres)}
        values = ["value"] if self.valued else []
        rows = reader.rows(events.select("person", "epoch_us", *values, code=codes.cast("int16"), **flags))
        place = compute.index_in(rows["person"], value_set=pa.array(persons))
        if place.null_count:
            rows, place = rows.filter(place.is_valid()), place.drop_null()
        return Events(
            place.to_numpy().astype(np.int64),
            rows["epoch_us"].to_numpy(),
            floor=self.floor,
            span=self._span,
            members=self._members(rows),
            values=rows["value"].to_numpy() if self.valued else None,
        )

    def _members(self, rows: pa.Table) -> Callable[[Series], NDArray[np.bool_]]:
        codes = rows["code"].to_numpy()
        flags = {where: rows[f"where{n}"].to_numpy() for n, where in enumerate(self.wheres)}

        def members(series: Series) -> NDArray[np.bool_]:
            named = np.isin(self.names, sorted(series.names))[codes]
            return named if series.where == ANYTHING else named & flags[series.where]

        return members

    @property
    def _span(self) -> int:
        return self.end - self.floor + 1

    @property
    def most_persons(self) -> int:
        """Whose events one number can order: person and instant."""
        return 2**62 // self._span

    def _is_event(self) -> ir.BooleanValue:
        return EVENTS.name.isin(self.names) & (EVENTS.epoch_us >= self.floor)


@dataclass(frozen=True)
class Reading(EventReading):
    """Exposures to the phases of `cells` too."""

    cells: Cells

    def ranges(self, reader: Reader) -> Iterator[Range]:
        """Persons who were exposed to anything, in ranges of so much as is read at once."""
        earliest = min(self.floor, int(self.cells.started.min()))
        rows = EVENTS.filter(EVENTS.name.isin([*self.names, EXPOSED]), EVENTS.epoch_us >= earliest)
        spread = rows.group_by("person").agg(rows=rows.count(), exposures=(rows.name == EXPOSED).sum())
        found = reader.rows(spread.filter(spread.exposures > 0).select("person", "rows"))
        persons = found["person"].to_numpy()
        order = np.argsort(persons)
        return ranges(persons[order], found["rows"].to_numpy()[order], self._most_persons())

    def exposures(self, reader: Reader, of: Range, dimension: str = "") -> tuple[Exposures, Ints, pa.Array | None]:
        """Those of a range that count; their persons in their order; and of each exposure the value of a dimension,
        where one is asked for: one of COLUMNS, or "properties.path"."""
        events = EVENTS.filter(self._is_exposure(), EVENTS.person.between(of.low, of.high))
        columns = ["id", "epoch_us", "unit", "object_id", "value", "person"]
        more = {"dimension": _dimension(dimension)} if dimension else {}
        rows = reader.rows(events.select(*columns, **more))
        phase, variation = self._phases(rows["object_id"].to_numpy()), rows["value"].to_numpy()
        instants = rows["epoch_us"].to_numpy()
        kept = np.flatnonzero(self.cells.are_counted(phase, instants, variation))
        ids, unit, persons = (rows[name].to_numpy()[kept] for name in ("id", "unit", "person"))
        person, persons = _ranked(persons)
        found = Exposures(ids, instants[kept], unit, phase[kept], variation[kept].astype(np.int64), person)
        return found, persons, rows["dimension"].combine_chunks().take(pa.array(kept)) if dimension else None

    def _most_persons(self) -> int:
        return max(1, min(SLOTS_AT_ONCE // len(self.cells.phases), self.most_persons))

    @cached_property
    def _keys(self) -> Ints:
        return np.array([asked.phase for asked in self.cells.phases], np.int64)

    def _is_exposure(self) -> ir.BooleanValue:
        return ibis.and_(
            EVENTS.name == EXPOSED,
            EVENTS.object_kind == "phase",
            EVENTS.object_id.between(int(self._keys[0]), int(self._keys[-1])),
            EVENTS.value.notnull(),
            EVENTS.epoch_us >= int(self.cells.started.min()),
        )

    def _phases(self, keys: Ints) -> Ints:
        """Their places among the phases; -1 where it is none of these."""
        found = np.full(int(self._keys[-1] - self._keys[0]) + 1, -1)
        found[self._keys - self._keys[0]] = np.arange(len(self._keys))
        return found[keys - self._keys[0]]


def ranges(persons: Ints, rows: Ints, most: int) -> Iterator[Range]:
    """Of persons (sorted) with so many rows each, `most` at once."""
    ends = np.cumsum(rows)
    start = 0
    while start < len(persons):
        read = int(ends[start - 1]) if start else 0
        end = min(start + most, max(start + 1, int(np.searchsorted(ends, read + ROWS_AT_ONCE, side="right"))))
        yield Range(int(persons[start]), int(persons[min(end, len(persons)) - 1]))
        start = end


def _ranked(persons: Ints) -> tuple[Ints, Ints]:
    """The place of each among all of them, and they in order. Quicker than a sort of all rows."""
    encoded = pa.array(persons).dictionary_encode()
    found = encoded.dictionary.to_numpy()
    order = np.argsort(found)
    ranks = np.empty(len(found), np.int64)
    ranks[order] = np.arange(len(found))
    return ranks[encoded.indices.to_numpy()], found[order]


def _dimension(name: str) -> ir.StringValue:
    """ValueError where an exposure has none such."""
    if name.startswith(PROPERTY):
        return event_property(EVENTS.properties, name.removeprefix(PROPERTY)).fill_null("")
    if name not in COLUMNS:
        raise ValueError(f"an exposure has no {name}")
    return EVENTS[name]
