"""How often and when: every condition over events, of however many segments, by one GROUP BY over the lake.

A conditional count for each condition would be evaluated for each event: 80 of them over 20 million events took a
minute. So events are first grouped by what any condition can tell apart (the person, the name, between which of all
the limits in time, which of all the filters hold), which leaves a fifth of them; the conditions are sums of such
cells, done in numpy for some ten thousands of persons at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pyarrow as pa
from django.utils.timezone import get_default_timezone_name
from ibis import ir
from numpy.typing import NDArray

from events.engine import EVENTS, Reader
from events.engine.compiling import event_property
from events.names import NO_ACT, select
from events.record import epoch_us
from growth.segments.conditions import SEEN, Did, Events, When

Behaviour = Did | When
Limits = tuple[int | None, int | None]  # [first, end) in microseconds
MOST_FILTERS = 60  # bits of a whole number
CELLS_AT_ONCE = 2_000_000
NEVER = np.iinfo(np.int64).max


def hold(reader: Reader, leaves: Iterable[Behaviour], persons: NDArray[np.int64]) -> dict[Behaviour, NDArray[np.bool_]]:
    """Of which of `persons` (sorted, all who did anything) each condition holds."""
    found: dict[Behaviour, NDArray[np.bool_]] = {}
    for batch in _batches(list(dict.fromkeys(leaves))):
        found |= _Pass(reader, batch).hold(persons)
    return found


def _batches(leaves: list[Behaviour]) -> Iterator[list[Behaviour]]:
    """All in one, unless they have more filters than there are bits."""
    batch: list[Behaviour] = []
    for leaf in leaves:
        if len(_filters([*batch, leaf])) > MOST_FILTERS:
            yield batch
            batch = []
        batch.append(leaf)
    if batch:
        yield batch


class _Pass:
    def __init__(self, reader: Reader, leaves: Sequence[Behaviour]) -> None:
        self.reader = reader
        self.leaves = leaves
        self.filters = _filters(leaves)
        self.limits = {leaf: _limits(leaf, reader.as_of) for leaf in leaves}
        counted = [self.limits[leaf] for leaf in leaves if isinstance(leaf, Did)]
        self.marks = sorted({limit for pair in counted for limit in pair if limit is not None})
        self.timed = any(isinstance(leaf, When) for leaf in leaves)

    def expression(self) -> ir.Table:
        """person, name, slot (how many of the marks are past), mask (which filters hold), number, and when."""
        events = EVENTS
        if all(leaf.events.names != SEEN for leaf in self.leaves):
            events = events.filter(
                events.name.isin(sorted(set().union(*(select(x.events.names) for x in self.leaves))))
            )
        kept = events.select(
            events.person,
            events.name,
            events.epoch_us,
            slot=_slot(events.epoch_us, self.marks, 0).cast("int32"),
            mask=_mask(events, self.filters),
        )
        when = {"first": kept.epoch_us.min(), "last": kept.epoch_us.max()} if self.timed else {}
        return kept.group_by("person", "name", "slot", "mask").agg(number=kept.count().cast("int32"), **when)

    def hold(self, persons: NDArray[np.int64]) -> dict[Behaviour, NDArray[np.bool_]]:
        cells = _Cells.of(self.reader.rows(self.expression()), persons)
        columns = {leaf: np.flatnonzero(self._counted(leaf, cells)) for leaf in self.leaves}
        found = {leaf: np.zeros(len(persons), bool) for leaf in self.leaves}
        for part in cells.parts(len(persons)):
            counts = part.dense("number", 0, np.int32)
            moments = {
                True: part.dense("last", -NEVER, np.int64) if self.timed else counts,
                False: part.dense("first", NEVER, np.int64) if self.timed else counts,
            }
            for leaf in self.leaves:
                chosen = moments[leaf.last] if isinstance(leaf, When) else counts
                found[leaf][part.low : part.high] = self._truth(leaf, chosen[columns[leaf]])
        return found

    def _counted(self, leaf: Behaviour, cells: _Cells) -> NDArray[np.bool_]:
        """Which cells a condition sums."""
        names = leaf.events.names
        listed = ~np.isin(cells.name, sorted(NO_ACT)) if names == SEEN else np.isin(cells.name, sorted(select(names)))
        if filtered := _filter(leaf.events):
            listed &= (cells.mask >> self.filters.index(filtered)) & 1 == 1
        if isinstance(leaf, Did):
            first, end = self.limits[leaf]
            if first is not None:
                listed &= cells.slot > self.marks.index(first)
            if end is not None:
                listed &= cells.slot <= self.marks.index(end)
        return listed

    def _truth(self, leaf: Behaviour, chosen: NDArray) -> NDArray[np.bool_]:
        if isinstance(leaf, Did):
            number = chosen.sum(0, dtype=np.int64)
            low, high = leaf.times.low, leaf.times.high
            return (low is None or number >= low) & (high is None or number <= high) & np.ones(len(number), bool)
        moment = chosen.max(0, initial=-NEVER) if leaf.last else chosen.min(0, initial=NEVER)
        first, end = self.limits[leaf]
        after = moment >= (-NEVER + 1 if first is None else first)
        return after & (moment < (NEVER if end is None else end))


@dataclass(frozen=True)
class _Cells:
    """Groups of events that no condition tells apart, and how many of whom: rows sorted by person."""

    name: NDArray
    slot: NDArray[np.int64]
    mask: NDArray[np.int64]
    place: NDArray[np.int32]  # by row: which of the persons
    cell: NDArray[np.int32]  # by row: which of the cells
    values: Mapping[str, NDArray]  # by row: number and, where it was asked for, first and last

    @classmethod
    def of(cls, rows: pa.Table, persons: NDArray[np.int64]) -> _Cells:
        place = np.searchsorted(persons, rows["person"].to_numpy()).astype(np.int32)
        order = np.argsort(place, kind="stable").astype(np.int32)
        names = rows["name"].combine_chunks().dictionary_encode()
        masks, mask = np.unique(rows["mask"].to_numpy(), return_inverse=True)
        slot = rows["slot"].to_numpy()
        shape = (len(masks), max(1, len(names.dictionary)), int(slot.max(initial=0)) + 1)
        packed = np.ravel_multi_index((mask, names.indices.to_numpy(), slot), shape)
        used = np.flatnonzero(np.bincount(packed, minlength=1))
        cell = np.searchsorted(used, packed).astype(np.int32)[order]
        of_mask, of_name, of_slot = np.unravel_index(used, shape)
        labels = np.asarray(names.dictionary.to_pylist(), dtype=object)[of_name]
        values = {name: rows[name].to_numpy()[order] for name in rows.column_names[4:]}
        return cls(labels, of_slot, masks[of_mask], place[order], cell, values)

    def parts(self, persons: int) -> Iterator[_Part]:
        step = max(1, CELLS_AT_ONCE // max(1, len(self.slot)))
        for low in range(0, persons, step):
            high = min(low + step, persons)
            yield _Part(self, low, high, slice(*np.searchsorted(self.place, [low, high])))


@dataclass(frozen=True)
class _Part:
    """The rows of persons low … high − 1."""

    cells: _Cells
    low: int
    high: int
    rows: slice

    def dense(self, column: str, empty: int, dtype: type) -> NDArray:
        """By cell and person."""
        found: NDArray = np.full((len(self.cells.slot), self.high - self.low), empty, dtype)
        at = (self.cells.cell[self.rows], self.cells.place[self.rows] - self.low)
        found[at] = self.cells.values[column][self.rows]
        return found


def _limits(leaf: Behaviour, as_of: datetime) -> Limits:
    first, end = leaf.period.limits(as_of, ZoneInfo(get_default_timezone_name()))
    return (None if first is None else epoch_us(first), None if end is None else epoch_us(end))


def _filter(events: Events) -> Events | None:
    """The same without its names; None where nothing else is asked."""
    rest = Events("", events.where, events.object_kind, events.object_id, events.value)
    return None if rest == Events("") else rest


def _filters(leaves: Collection[Behaviour]) -> list[Events]:
    return list(dict.fromkeys(rest for leaf in leaves if (rest := _filter(leaf.events))))


def _slot(us: ir.IntegerValue, marks: Sequence[int], passed: int) -> ir.IntegerValue:
    """How many of the marks are not after an instant: halved again and again, for there may be many."""
    if not marks:
        return ibis.literal(passed, "int64")
    middle = len(marks) // 2
    later = _slot(us, marks[middle + 1 :], passed + middle + 1)
    return ibis.ifelse(us >= marks[middle], later, _slot(us, marks[:middle], passed))


def _mask(events: ir.Table, filters: Sequence[Events]) -> ir.IntegerValue:
    mask: ir.IntegerValue = ibis.literal(0, "int64")
    for bit, wanted in enumerate(filters):
        mask = mask + ibis.ifelse(_passes(events, wanted), ibis.literal(2**bit, "int64"), ibis.literal(0, "int64"))
    return mask


def _passes(events: ir.Table, wanted: Events) -> ir.BooleanValue:
    conditions = [_has(events, name, values) for name, values in wanted.where]
    if wanted.object_kind:
        conditions.append(events.object_kind == wanted.object_kind)
    if wanted.object_id is not None:
        conditions.append(events.object_id == wanted.object_id)
    if wanted.value is not None:
        conditions.append(events.value == float(wanted.value))
    return ibis.and_(*conditions).fill_null(ibis.literal(value=False))


def _has(events: ir.Table, name: str, values: Sequence[object]) -> ir.BooleanValue:
    """A property is one of these: texts and booleans as they are written in JSON, numbers whatever their form."""
    said = event_property(events.properties, name)
    texts = [
        str(value).lower() if isinstance(value, bool) else value for value in values if isinstance(value, str | bool)
    ]
    numbers = [float(value) for value in values if not isinstance(value, str | bool)]  # type: ignore[arg-type]
    either = []
    if texts:
        either.append(said.isin(texts))
    if numbers:
        either.append(said.try_cast("float64").isin(numbers))
    return ibis.or_(*either)
