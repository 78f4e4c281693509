"""What is counted of tests of nothing, and of something."""

from datetime import timedelta

import numpy as np
import pytest

from experiments.calibration import replaying, testing
from experiments.calibration.testing import LOOKS, Counted, Units
from experiments.report.material import Measure
from experiments.stats.effects import compare
from experiments.stats.samples import proportion


def units(n=2000, *, kind="conversion", seed=1, rate=0.2):
    random = np.random.default_rng(seed)
    y = (random.random(n) < rate).astype(np.int64)
    x = y | (random.random(n) < 0.1)
    measure = Measure(version=1, name="kept", role="primary", kind=kind, window=timedelta(days=1))
    return Units(measure, np.arange(n), y, x.astype(np.int64), np.zeros(n, np.int64))


def test_the_last_look_is_the_reports_row_of_all_units():
    whole = units()
    arms = np.arange(2000) % 2
    looks, row = testing.tested(whole, arms)
    control, arm = (proportion(1000, int(whole.y[arms == n].sum())) for n in (0, 1))
    assert row["p"] == looks[-1].p == pytest.approx(compare(control, arm).p, rel=1e-12)
    assert row["sequential"]["absolute"]["p"] == looks[-1].sequential
    assert (len(looks), row["n"]) == (LOOKS, 1000)
    assert row["cuped"]["variance_reduction"] > 0.3


def test_before_a_hundred_units_of_each_arm_no_sequence_is_looked_at():
    looks, _row = testing.tested(units(), np.arange(2000) % 2)
    assert [look.sequential is None for look in looks[:3]] == [True, False, False]


def test_what_differs_is_told_by_all():
    whole = units()
    arms = np.where(np.arange(2000) % 8, whole.y, 1 - whole.y)  # most who did it are in one arm
    counted = Counted()
    counted.add(*testing.tested(whole, arms))
    told = counted.told()
    assert [told[name]["share"] for name in ("fixed", "cuped", "sequential", "peeked")] == [1, 1, 1, 1]
    assert told["coverage"]["share"] == 0


def test_what_cannot_be_told_is_not_counted():
    counted = Counted()
    counted.add(*testing.tested(units(0), np.zeros(0, np.int64)))
    assert counted.told()["fixed"] is None


@pytest.mark.slow
def test_nothing_is_called_something_as_rarely_as_promised_but_by_who_peeks():
    body = replaying.run([(None, units(4000))], 300)
    (found,) = body["metrics"]
    assert found["fixed"]["low"] <= 0.05 <= found["fixed"]["high"]
    assert found["cuped"]["low"] <= 0.05 <= found["cuped"]["high"]
    assert found["sequential"]["high"] < 0.05
    assert found["peeked"]["low"] > 0.12
    assert found["coverage"]["share"] == 1 - found["fixed"]["share"]
    assert sum(body["srm"]["p"]) == sum(found["p"]) == 300
    assert body["srm"]["alarms"]["share"] < 0.02
