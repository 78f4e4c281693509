"""Windows that begin at given instants say what the oracle counts one event at a time."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest

from events.engine import reading
from events.record import epoch_us
from experiments.measuring import reading as reads
from experiments.measuring.given import Given, values
from experiments.measuring.what import measure
from tests.experiments.measuring import oracle, world

pytestmark = pytest.mark.django_db
AS_OF = world.at(9)


def told(instants, versions):
    persons = sorted(instants)
    given = Given(np.array(persons), np.array([epoch_us(instants[person]) for person in persons]))
    with reading(as_of=AS_OF) as reader:
        found = values(reader, given, [measure(version) for version in versions])
    return {
        (person, version.pk): (int(one.y[row]), int(one.x[row]), 0 if one.d is None else int(one.d[row]))
        for version, one in zip(versions, found, strict=True)
        for row, person in enumerate(persons)
    }


@pytest.mark.parametrize("rows_at_once", [reads.ROWS_AT_ONCE, 7])
def test_every_kind_of_metric_is_what_the_oracle_counts(monkeypatch, rows_at_once):
    monkeypatch.setattr(reads, "ROWS_AT_ONCE", rows_at_once)
    versions, chance = world.all_kinds(), random.Random(5)
    phase = world.experiment()
    world.record(*world.happenings(chance, [phase], [*range(1, 25), 40], world.at(-16), world.at(9), 500))
    instants = {person: world.at(chance.choice([0, 1, 1.5]), hours=chance.randrange(30)) for person in range(1, 32)}
    assert told(instants, versions) == {
        (person, version.pk): oracle.valued(version, person, when, AS_OF)
        for version in versions
        for person, when in instants.items()
    }


def test_an_event_at_the_instant_counts_and_one_at_the_end_does_not():
    version = world.metric("count", "vote_cast", window_hours=24)
    whens = (world.at(1), world.at(2) - timedelta(microseconds=1), world.at(2))
    world.record(*(world.did(3, when) for when in whens))
    assert told({3: world.at(1)}, [version]) == {(3, version.pk): (2, 0, 0)}


def test_of_nobody_there_are_no_values():
    assert told({}, world.all_kinds()) == {}
