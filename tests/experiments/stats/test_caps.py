"""Values beyond a limit count as the limit."""

import csv
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.caps import Limits, percentiles
from experiments.stats.effects import compare
from experiments.stats.samples import Sample

arrays = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30).map(np.array)


def sample(values):
    return Sample(len(values), float(values.mean()), float(values.var(ddof=1)))


@pytest.mark.reference
def test_cookie_cats_capped_as_gbstats(reference):
    known = json.loads((reference / "conformance" / "gbstats" / "cookie_cats.json").read_text())["cookie_cats"]
    with (reference / "data" / "ab" / "cookie_cats.csv").open() as file:
        rows = [(row["version"], float(row["sum_gamerounds"])) for row in csv.DictReader(file)]
    arms = [np.array([value for arm, value in rows if arm == name]) for name in ("gate_30", "gate_40")]
    limits = percentiles(arms, upper=0.999)
    assert limits == Limits(-math.inf, pytest.approx(known["winsor_p99.9_value_numpy_linear"]))
    found = compare(*(sample(limits.capped(arm)) for arm in arms))
    expected = known["sum_gamerounds_winsor_p99.9"]
    for scale in ("absolute", "relative"):
        assert getattr(found, f"{scale}_ci") == pytest.approx(expected[f"welch_{scale}"]["ci"], rel=1e-9)


def test_limits_named_outright_hold_at_both_ends():
    assert Limits(0, 10).capped(np.array([-5.0, 3.0, 99.0])).tolist() == [0, 3, 10]


@given(st.lists(arrays, min_size=1, max_size=3))
def test_no_limit_changes_nothing_and_capping_twice_is_capping_once(arms):
    assert percentiles(arms) == Limits()
    limits = percentiles(arms, lower=0.1, upper=0.9)
    for arm in arms:
        once = limits.capped(arm)
        assert np.array_equal(limits.capped(once), once)
        assert limits.low <= once.min() <= once.max() <= limits.high


def test_zeros_may_be_left_out_of_the_percentile():
    arms = [np.array([0.0] * 98), np.array([10.0, 20.0])]
    assert percentiles(arms, upper=0.5).high == 0
    assert percentiles(arms, upper=0.5, ignore_zeros=True).high == 15
    assert percentiles([np.zeros(4)], upper=0.5, ignore_zeros=True) == Limits()
