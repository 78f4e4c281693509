"""Under no effect the interval of a lift holds 0 as often as it says, sequences at every look; a true one is in it."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.measuring import what
from experiments.measuring.values import Values
from experiments.measuring.what import DAY, Kind, Series
from experiments.report.material import PRIMARY, Arm, Measure
from experiments.stats.calibrating import coverage
from growth.campaigns.proving.lift import Frame, compared
from growth.campaigns.proving.outcomes import WEEK, Outcome
from tests.growth.campaigns.proving import world

pytestmark = pytest.mark.slow
ARMS = [Arm(0, "holdout", "Held back", 1000), Arm(1, "sent", "To be sent to", 9000)]
COUNTED = what.Measure(1, Kind.CONVERSION, (Series(frozenset({"vote_cast"}), "{}"),), 7 * DAY)

GOAL = Measure(1, "", PRIMARY, Kind.CONVERSION, window=WEEK)


def lift(random, members, base, effect, *, passed=0.6):
    """ITT, and triggered, of members of whom a share gets through the checks; an effect only on those who are sent to.
    Who gets through is likelier to reach the goal in any case."""
    held, through = random.random(members) < 0.1, random.random(members) < passed
    rate = base * (0.5 + through) + effect * (through & ~held)
    y = (random.random(members) < rate).astype(np.int64)
    x = (random.random(members) < rate).astype(np.int64)
    outcome = Outcome(GOAL, COUNTED, Values(y, x), np.ones(members, bool))
    frame = Frame(world.at(20), world.at(), members)
    arm = np.where(held, 0, 1)
    itt = compared(frame, [outcome], arm, ARMS)["metrics"][0]["arms"][0]
    return itt, compared(frame, [outcome], arm, ARMS, within=through)["metrics"][0]["arms"][0]


def test_under_no_effect_the_interval_holds_nothing_as_often_as_it_says():
    random = np.random.default_rng(11)
    rows = [lift(random, 4000, 0.2, 0.0) for _ in range(1200)]
    for place in (0, 1):
        plain = coverage([row[place]["absolute_ci"] for row in rows])
        cuped = coverage([row[place]["cuped"]["absolute_ci"] for row in rows])
        assert plain.low - 0.005 <= 0.95 <= plain.high + 0.005
        assert cuped.low - 0.005 <= 0.95 <= cuped.high + 0.005


def test_a_true_effect_lies_in_both_intervals_and_is_diluted_by_those_who_got_nothing():
    random = np.random.default_rng(12)
    rows = [lift(random, 4000, 0.2, 0.1) for _ in range(600)]
    itt, triggered = zip(*rows, strict=True)
    assert coverage([row["absolute_ci"] for row in itt], 0.06).high > 0.95
    assert coverage([row["absolute_ci"] for row in triggered], 0.1).high > 0.95
    assert np.mean([row["absolute"] for row in itt]) == pytest.approx(0.06, abs=0.002)
    assert np.mean([row["absolute"] for row in triggered]) == pytest.approx(0.1, abs=0.002)
    told = ([row["absolute"] / row["absolute_se"] for row in found] for found in (itt, triggered))
    assert np.mean(next(told)) < np.mean(next(told))  # triggered tells more of the same


def test_the_sequence_holds_at_every_look_where_a_single_look_would_not():
    random, once, always = np.random.default_rng(13), 0, 0
    for _ in range(250):
        y, held = (random.random(6000) < 0.2).astype(np.int64), random.random(6000) < 0.3
        rows = []
        for n in range(600, 6001, 600):
            outcome = Outcome(
                Measure(1, "", PRIMARY, Kind.CONVERSION, window=WEEK),
                COUNTED,
                Values(y[:n], y[:n] * 0),
                np.ones(n, bool),
            )
            arm = np.where(held[:n], 0, 1)
            rows.append(compared(Frame(world.at(20), world.at(), 6000), [outcome], arm, ARMS)["metrics"][0]["arms"][0])
        once += any(row["p"] < 0.05 for row in rows)
        always += any(row["sequential"]["absolute"]["p"] < 0.05 for row in rows)
    assert once / 250 > 0.12
    assert always / 250 < 0.05
