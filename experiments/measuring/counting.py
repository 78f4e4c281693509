"""The pass: persons chunk by chunk, each exposure looked up once, all sums of all experiments at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import numpy as np
import pyarrow as pa
from django.conf import settings
from numpy.typing import NDArray

from events.engine import Reader, reading
from events.engine.snapshot import Snapshot
from experiments.measuring.cells import Cells
from experiments.measuring.days import Ints
from experiments.measuring.exposures import Exposures, firsts
from experiments.measuring.reading import Range, Reading
from experiments.measuring.series import Events
from experiments.measuring.sums import Sums
from experiments.measuring.values import Rows, Units
from experiments.measuring.what import BEFORE, Measure, Series, What

FOREVER = 2**62
AT_ONCE = 2**16  # units, so that what is looked up stays near
Tell = Callable[[float], object]


def silent(share: float) -> None:
    """To whom nothing is told."""


@dataclass(frozen=True)
class Late:
    """Persons (sorted) of whom something came after it was measured, and the earliest instant of it."""

    persons: Ints
    instants: Ints

    def of(self, persons: Ints) -> Ints:
        """By person: the instant; FOREVER where nothing came late."""
        found = np.searchsorted(self.persons, persons)
        instants, known = np.append(self.instants, FOREVER), np.append(self.persons, FOREVER)
        return np.where(known[found] == persons, instants[found], FOREVER)


NOBODY = Late(np.zeros(0, np.int64), np.zeros(0, np.int64))


class Use:
    """A measure, the phases that ask for it, and where the wanted cells of these are in its sums: those of a phase at
    their rank among all wanted ones, and `shift` further."""

    def __init__(self, measure: Measure, cells: Cells, wanted: NDArray[np.bool_]) -> None:
        self.measure = measure
        self.asking = np.array([measure.pk in asked.measures for asked in cells.phases])
        before = np.concatenate([[0], np.cumsum(wanted)])[cells.base]
        sizes = np.where(self.asking, np.diff(before), 0)
        self.shift = np.cumsum(sizes) - sizes - before[:-1]
        self.size = int(sizes.sum())
        self.is_whole = bool(self.asking.all())

    def rows(self, phase: Ints) -> Rows:
        """Which of the exposures."""
        return slice(None) if self.is_whole else np.flatnonzero(self.asking[phase])


class Plan:
    """All that a pass needs to know. `wanted`: the cells whose sums are asked for; all exposures are counted."""

    def __init__(self, what: What, cells: Cells, wanted: NDArray[np.bool_], end: int, late: Late = NOBODY) -> None:
        self.cells, self.wanted, self.end, self.lateness = cells, wanted, end, late
        pks = sorted(set().union(*(asked.measures for asked in cells.phases)))
        self.uses = [Use(what.measures[pk], cells, wanted) for pk in pks]
        self.rank = np.cumsum(wanted) - 1
        parts = [part for use in self.uses for part in use.measure.parts()]
        series = tuple(sorted({one for part in parts for one in part.steps}, key=_order))
        valued = any(part.is_valued for part in parts)
        self.reading = Reading(series, valued, self._floor(), end, cells)
        longest = (what.longest(asked) for asked in cells.phases)
        self.longest = np.array([FOREVER // 2 if one is None else one for one in longest], np.int64)

    def _floor(self) -> int:
        """No event before it matters."""
        _, day, _ = self.cells.described(np.flatnonzero(self.wanted))
        return self.cells.days.start(int(day.min())) - BEFORE if len(day) else self.end

    def late(self, persons: Ints, exposures: Exposures) -> NDArray[np.bool_]:
        """Exposures that may have been measured before something came of their persons that counts."""
        late = self.lateness.of(persons)[exposures.person]
        return exposures.instants + self.longest[exposures.phase] > late


class Found:
    """What a pass has counted, by cell; the sums by rank among the wanted cells. Threads may add at once."""

    def __init__(self, plan: Plan) -> None:
        self.units = np.zeros(len(plan.cells), np.int64)
        self.flipped = np.zeros(len(plan.cells), np.int64)
        self.touched = np.zeros(len(plan.cells), bool)
        self.sums = {use.measure.pk: Sums(use.measure, use.size) for use in plan.uses}
        self.exposures = 0
        self._lock = Lock()

    def see(self, chunk: Chunk, late: NDArray[np.bool_]) -> None:
        with self._lock:
            self.exposures += len(chunk.exposures)
            np.add.at(self.units, chunk.cell[chunk.firsts], 1)
            np.add.at(self.flipped, chunk.cell[chunk.firsts[chunk.flipped]], 1)
            self.touched[chunk.cell[late]] = True


def _order(series: Series) -> tuple[list[str], str]:
    return sorted(series.names), series.where


@dataclass(frozen=True)
class Chunk:
    """Some persons: their exposures that count with the cell of each, and the first ones, by row, that stand."""

    persons: Ints
    exposures: Exposures
    cell: Ints
    firsts: NDArray[np.intp]
    flipped: NDArray[np.bool_]  # of the firsts
    dimension: pa.Array | None


def read(plan: Plan, reader: Reader, of: Range, dimension: str = "") -> Chunk:
    exposures, persons, of_rows = plan.reading.exposures(reader, of, dimension)
    cell = plan.cells.of(exposures.phase, plan.cells.days.of(exposures.instants), exposures.variation)
    first, flipped = firsts(exposures, len(plan.cells.phases))
    return Chunk(persons, exposures, cell, first, flipped, of_rows)


def add(plan: Plan, reader: Reader, of: Range, found: Found) -> None:
    """Count the persons of a range."""
    chunk = read(plan, reader, of)
    found.see(chunk, plan.late(chunk.persons, chunk.exposures))
    rows = chunk.firsts[~chunk.flipped & plan.wanted[chunk.cell[chunk.firsts]]]
    if len(rows) and plan.uses:
        events = plan.reading.events(reader, of, chunk.persons)
        for start in range(0, len(rows), AT_ONCE):
            _sum(plan, chunk, events, rows[start : start + AT_ONCE], found)


def _sum(plan: Plan, chunk: Chunk, events: Events, rows: NDArray[np.intp], found: Found) -> None:
    phase, rank = chunk.exposures.phase[rows], plan.rank[chunk.cell[rows]]
    units = Units(events, chunk.exposures.person[rows], chunk.exposures.instants[rows], plan.end)
    for use in plan.uses:
        asking = use.rows(phase)
        values = units.values(use.measure, asking)
        found.sums[use.measure.pk].add(rank[asking] + use.shift[phase[asking]], values)


def count(
    plan: Plan, snapshot: Snapshot, as_of: datetime, tell: Callable[[float], object] = lambda share: None
) -> Found:
    """One pass by settings.ANALYTICS_THREADS threads, each with a reader of its own. `tell` hears how much is done."""
    with reading(as_of=as_of, snapshot=snapshot) as reader:
        waiting = deque(plan.reading.ranges(reader))
    whole, found = len(waiting), Found(plan)

    def work() -> None:
        with reading(as_of=as_of, snapshot=snapshot) as reader:
            while of := _next(waiting):
                add(plan, reader, of, found)
                tell(1 - len(waiting) / whole)

    threads = settings.ANALYTICS_THREADS
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work) for _ in range(threads)]:
            done.result()
    return found


def _next(waiting: deque[Range]) -> Range | None:
    try:
        return waiting.popleft()
    except IndexError:  # another thread may have been quicker
        return None
