"""Who was first exposed when, to which variation: one row per person and phase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.measuring.days import Ints


@dataclass(frozen=True)
class Exposures:
    """Rows of `exposed` that count, as columns. `phase` is a place in Cells.phases; persons are 0, 1, …"""

    id: Ints
    instants: Ints
    unit: Ints
    phase: Ints
    variation: Ints
    person: Ints

    def __len__(self) -> int:
        return len(self.id)


def firsts(exposures: Exposures, phases: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The row of the first exposure of each person and phase, by (time, id), and whether its unit flipped: was also
    shown another variation. The other units of the person do not matter: they stay with the first."""
    slot = exposures.person * phases + exposures.phase
    rows = np.arange(len(slot), dtype=np.int32)
    last = np.empty(int(slot.max(initial=-1)) + 1, np.int32)  # no need to clear: it is only read where it is written
    last[slot] = rows
    repeated = last[slot] != rows
    if not repeated.any():
        return rows.astype(np.intp), np.zeros(len(rows), bool)
    last[slot[repeated]] = -1
    again = last[slot] == -1
    few, flipped = _of_many(exposures, slot, np.flatnonzero(again))
    once = np.flatnonzero(~again)
    return np.concatenate([once, few]), np.concatenate([np.zeros(len(once), bool), flipped])


def _of_many(exposures: Exposures, slot: Ints, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The same of persons and phases with more than one row."""
    order = rows[np.lexsort((exposures.id[rows], exposures.instants[rows], slot[rows]))]
    starts = np.flatnonzero(np.diff(slot[order], prepend=-1))
    first = np.repeat(order[starts], np.diff(np.append(starts, len(order))))
    same_unit = exposures.unit[order] == exposures.unit[first]
    flips = same_unit & (exposures.variation[order] != exposures.variation[first])
    return order[starts], np.logical_or.reduceat(flips, starts)
