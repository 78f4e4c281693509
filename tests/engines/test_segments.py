"""Who is in a segment, by every engine."""

from random import Random

import pytest

from events.engine import reading
from growth.segments.evaluating import Ask, evaluate
from growth.segments.vocabulary import read
from tests.growth.retention.told import snapshot
from tests.growth.segments.definitions import AS_OF, STRANGERS, WHERE, definition, history

pytestmark = [pytest.mark.engines, pytest.mark.django_db]


def test_an_engine_finds_whom_duckdb_finds(engine):
    rng = Random(7)
    told, wanted = snapshot(history(rng, (*STRANGERS, *range(100, 110)))), [definition(rng) for _ in range(120)]
    wanted += [{"event": "seen", "where": properties} for properties in WHERE]
    asks = {at: Ask(read(one), "everyone") for at, one in enumerate(wanted)}
    with reading(as_of=AS_OF, snapshot=told) as reader, reading(as_of=AS_OF, snapshot=told, engine=engine) as other:
        expected, found = evaluate(reader, asks), evaluate(other, asks)
    assert {at: list(persons) for at, persons in found.items()} == {at: list(p) for at, p in expected.items()}
