"""Bring all results up to date: one pass over the lake, or two where something came late.

A cell of sums is closed once every window of its units had ended when it was measured, and is not measured again,
unless something that counts came late. The result is what a rebuild would have found, to the bit (checking.py).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from events.engine.snapshot import Snapshot, take
from events.lake import lock
from events.record import epoch_us
from experiments.measuring import lateness, marks, writing
from experiments.measuring.cells import Cells, lay_out
from experiments.measuring.counting import NOBODY, Found, Late, Plan, Tell, count, silent
from experiments.measuring.days import Ints
from experiments.measuring.what import What, measured
from experiments.models import Experiment, Refresh

logger = logging.getLogger(__name__)
LOCK = 0x72667368  # "rfsh"
LINGER = timedelta(hours=1)  # for what comes late, after the last window has closed


@dataclass(frozen=True)
class Moment:
    """What there is to read at one moment, and what is known of it."""

    as_of: datetime
    mark: int
    basis: str
    last: Refresh | None  # what to go on from; None: count all anew
    late: Late
    snapshot: Snapshot

    @property
    def end(self) -> int:
        return epoch_us(self.as_of)


def refresh(
    *,
    as_of: datetime | None = None,
    rebuild: bool = False,
    only: Collection[int] | None = None,
    tell: Tell = silent,
) -> Refresh:
    """Measure all experiments that are (or of them those whose keys are in `only`) as of now or then. lock.Busy
    where another process is at it. A refresh of some is no mark to go on from."""
    with running(as_of or timezone.now(), rebuilt=rebuild) as row:
        what = measured(only)
        moment = look(what, row.as_of, rebuild=rebuild)
        row.rebuilt = moment.last is None
        row.events_hi = str(moment.mark) if only is None else None
        measure(what, moment, row, tell)
    return row


@contextmanager
def running(as_of: datetime, *, rebuilt: bool) -> Iterator[Refresh]:
    """A row that says what becomes of it, alone."""
    with lock.holding(key=LOCK):
        Refresh.objects.filter(state=Refresh.State.RUNNING).update(
            state=Refresh.State.FAILED, finished_at=timezone.now(), error="its process ended"
        )
        row = Refresh.objects.create(as_of=as_of, rebuilt=rebuilt)
        try:
            yield row
        except Exception as error:
            row.state, row.finished_at, row.events_hi = Refresh.State.FAILED, timezone.now(), None
            row.error = f"{type(error).__name__}: {error}"[:500]
            row.save()
            raise


def look(what: What, as_of: datetime, *, rebuild: bool) -> Moment:
    """First how far, then who is late, then what there is: what is written meanwhile is late the next time."""
    mark, basis, last = marks.horizon(), marks.basis(), marks.last()
    if rebuild or last is None or last.basis != basis or as_of < last.as_of or mark < int(last.events_hi or 0):
        last = None
    late = lateness.since(last, what) if last and what.phases else NOBODY
    return Moment(as_of, mark, basis, last, late, take())


def measure(what: What, moment: Moment, row: Refresh, tell: Tell = silent) -> None:
    """Count, and write it with the row in one transaction."""
    passes = count_all(what, moment, tell) if what.phases else []
    with transaction.atomic():
        if passes:
            cells = passes[0][0].cells
            row.cells, row.exposures = writing.lay(passes), passes[0][1].exposures
            writing.take_over(cells, writing.kept(cells).keys() - _asked(what))
        row.experiments, row.basis = len(what.experiments), moment.basis
        row.state, row.finished_at = Refresh.State.DONE, timezone.now()
        row.save()
        over = Experiment.objects.filter(pk__in=what.experiments, measured_until__lte=moment.as_of - LINGER)
        over.update(measured_until=None)


def count_all(what: What, moment: Moment, tell: Tell = silent) -> list[tuple[Plan, Found]]:
    """The pass over what is open, and where it finds closed cells that are no longer right one over these."""
    cells = lay_out(what.phases, moment.end)
    units, flipped = writing.stored(cells)
    wanted = cells.since(_first_days(what, cells, moment, units))
    plan = Plan(what, cells, wanted, moment.end, moment.late)
    found = count(plan, moment.snapshot, moment.as_of, tell)
    stale = ~wanted & (found.touched | (units != found.units) | (flipped != found.flipped))
    if not stale.any():
        return [(plan, found)]
    again = _narrowed(what, cells, stale, moment.end)
    return [(plan, found), (again, count(again, moment.snapshot, moment.as_of, tell))]


def _asked(what: What) -> set[tuple[int, int]]:
    return {(asked.phase, measure) for asked in what.phases for measure in asked.measures}


def _first_days(what: What, cells: Cells, moment: Moment, units: Ints) -> Ints:
    """By phase: the first day whose windows were open when they were measured last; its first one where a metric was
    added since."""
    first = cells.first.copy()
    if moment.last is None:
        return first
    kept, then = writing.kept(cells), epoch_us(moment.last.as_of)
    for place, asked in enumerate(what.phases):
        longest, there = what.longest(asked), np.count_nonzero(units[cells.span(place)])
        if longest is not None and all(kept.get((asked.phase, pk), 0) == there for pk in asked.measures):
            open_ = int(cells.days.of(np.array([then - longest]))[0])
            first[place] = max(first[place], open_)
    return first


def _narrowed(what: What, cells: Cells, stale: NDArray[np.bool_], end: int) -> Plan:
    """A plan of the stale cells' phases alone."""
    places = np.unique(cells.described(np.flatnonzero(stale))[0])
    some = What(tuple(what.phases[place] for place in places), what.measures)
    return Plan(some, lay_out(some.phases, end), np.concatenate([stale[cells.span(place)] for place in places]), end)
