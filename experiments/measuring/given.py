"""Values of persons whose windows begin at instants that are given, not at an exposure: a message's due time, say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from events.engine import EVENTS, Reader
from events.record import epoch_us
from experiments.measuring.days import Ints
from experiments.measuring.reading import EventReading, ranges
from experiments.measuring.values import Units, Values
from experiments.measuring.what import BEFORE, Measure


class Given(NamedTuple):
    """Persons, sorted and each once, with the instant (microseconds since 1970) at which the windows of each begin."""

    person: Ints
    instants: Ints


def values(reader: Reader, given: Given, measures: Sequence[Measure]) -> list[Values]:
    """By measure, in the order of the persons; of windows that are not over, all so far."""
    if not len(given.person) or not measures:
        return [_nothing(measure, len(given.person)) for measure in measures]
    parts = [part for measure in measures for part in measure.parts()]
    series = tuple({step for part in parts for step in part.steps})
    floor, end = int(given.instants.min()) - BEFORE, epoch_us(reader.as_of)
    asked = EventReading(series, any(part.is_valued for part in parts), floor, max(end, floor))
    found: list[list[Values]] = [[] for _ in measures]
    for of in ranges(given.person, _rows(reader, asked, given.person), asked.most_persons):
        here = slice(*np.searchsorted(given.person, [of.low, of.high + 1]))
        persons = given.person[here]
        places = np.arange(len(persons), dtype=np.int64)
        units = Units(asked.events(reader, of, persons), places, given.instants[here], asked.end)
        for measure, told in zip(measures, found, strict=True):
            told.append(units.values(measure, slice(None)))
    return [_joined(told) for told in found]


def _rows(reader: Reader, asked: EventReading, persons: Ints) -> Ints:
    """How many events of each are read."""
    events = EVENTS.filter(
        EVENTS.name.isin(asked.names),
        EVENTS.epoch_us >= asked.floor,
        EVENTS.person.between(int(persons[0]), int(persons[-1])),
    )
    rows = reader.rows(events.group_by("person").agg(rows=events.count()).order_by("person"))
    known, counts = rows["person"].to_numpy(), rows["rows"].to_numpy()
    found = np.zeros(len(persons), np.int64)
    places = np.searchsorted(persons, known)
    ours = persons[np.minimum(places, len(persons) - 1)] == known
    found[places[ours]] = counts[ours]
    return found


def _nothing(measure: Measure, count: int) -> Values:
    zeros = np.zeros(count, np.int64)
    return Values(zeros, zeros, zeros if measure.kind in ("ratio", "time", "funnel") else None)


def _joined(parts: Sequence[Values]) -> Values:
    d = [part.d for part in parts if part.d is not None]
    y, x = (np.concatenate([getattr(part, name) for part in parts]) for name in ("y", "x"))
    return Values(y, x, np.concatenate(d) if d else None)
