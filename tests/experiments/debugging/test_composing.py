"""Who is in it, beside all who were active."""

from __future__ import annotations

import pytest

from events.context import Context
from events.engine import reading
from experiments.debugging.balance import imbalance
from experiments.debugging.composing import composition
from tests.experiments.measuring import world

pytestmark = pytest.mark.django_db


def test_a_person_is_what_the_first_event_ever_tells():
    phase = world.experiment()
    phone, desk = (Context(device=device) for device in ("phone", "desktop"))
    world.record(
        world.did(1, world.at(-9), context=phone),
        world.did(1, world.at(2), context=desk),
        world.did(2, world.at(2), context=desk),
        world.did(3, world.at(-5), context=desk),  # before the phase only
        world.exposed(phase, 1, world.at(1)),
    )
    with reading(as_of=world.at(9)) as reader:
        found = composition(reader, phase)
    assert (found["exposed"], found["active"]) == (1, 2)
    told = {
        name: {row["value"]: (row["exposed_share"], row["active_share"]) for row in found["dimensions"][name]}
        for name in ("device", "tenure")
    }
    assert told["device"] == {"phone": (1, 0.5), "desktop": (0, 0.5)}
    assert told["tenure"] == {"old": (1, 0.5), "new": (0, 0.5)}


def test_of_nobody_shares_are_unknown():
    with reading(as_of=world.at(9)) as reader:
        found = composition(reader, world.experiment())
    assert (found["exposed"], found["active"], found["dimensions"]["device"]) == (0, 0, [])


def test_balance_is_told_of_the_units_that_count():
    phase = world.experiment()
    world.record(
        *(world.exposed(phase, unit, world.at(1), unit % 2) for unit in range(1, 8)),
        world.exposed(phase, 1, world.at(2), 0),
    )
    with reading(as_of=world.at(9)) as reader:
        found = imbalance(reader, phase)
    assert found["total"]["observed"] == [3, 3]
    assert [row["observed"] for row in found["dimensions"]["device"]] == [[3, 3]]
    assert [row["observed"] for row in found["hours"]] == [[3, 3]]
    assert found["diverged"] is None
