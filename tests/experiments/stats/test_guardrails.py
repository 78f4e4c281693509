"""Harm beyond a margin, looked at as often as one likes."""

import math

import numpy as np
import pytest

from experiments.stats import sequences
from experiments.stats.guardrails import Guard, harmed
from experiments.stats.samples import Sample, proportion


def test_harm_is_a_fall_where_more_is_better_and_a_rise_where_less_is():
    low, high = proportion(5000, 900), proportion(5000, 1100)
    assert harmed(high, low, Guard(), planned=10_000).harmed
    assert not harmed(low, high, Guard(), planned=10_000).harmed
    assert harmed(low, high, Guard(less_is_better=True), planned=10_000).harmed
    assert not harmed(high, low, Guard(less_is_better=True), planned=10_000).harmed


def test_within_the_margin_there_is_no_harm():
    control, arm = Sample(50_000, 10.0, 4.0), Sample(50_000, 9.7, 4.0)
    assert harmed(control, arm, Guard(), planned=100_000).harmed
    assert not harmed(control, arm, Guard(margin=0.05), planned=100_000).harmed
    assert not harmed(control, arm, Guard(margin=0.5, relative=False), planned=100_000).harmed
    assert harmed(control, arm, Guard(margin=0.2, relative=False), planned=100_000).harmed


@pytest.mark.parametrize("less_is_better", [True, False])
@pytest.mark.parametrize("mean", [10.0, -10.0])
def test_a_relative_margin_is_a_share_of_controls_size_on_the_bad_side(less_is_better, mean):
    """At the margin itself the excess is nothing, whatever the signs."""
    worse = 1 if less_is_better else -1
    at_margin = mean + worse * 0.05 * abs(mean)
    found = harmed(Sample(900, mean, 4.0), Sample(900, at_margin, 4.0), Guard(less_is_better, 0.05), planned=1800)
    assert found.excess == pytest.approx(0, abs=1e-12)
    beyond = Sample(900, at_margin + worse, 4.0)
    assert harmed(Sample(900, mean, 4.0), beyond, Guard(less_is_better, 0.05), planned=1800).excess == pytest.approx(1)


def test_p_and_bound_agree_at_the_level():
    control, error = Sample(2000, 10.0, 4.0), math.sqrt(2 * 4 / 2000)
    reach = sequences.one_sided_reach(4000, planned=4000, alpha=0.005) * error
    for side, expected in ((0.999, False), (1.001, True)):
        found = harmed(control, Sample(2000, 10 - reach * side, 4.0), Guard(among=2), planned=4000)
        assert (found.harmed, found.p < 0.005) == (expected, expected)


def test_guardrails_share_the_level():
    assert Guard(among=4).level == 0.0025


def test_nothing_is_told_without_units_or_variance():
    full, flat = Sample(500, 1.0, 1.0), Sample(500, 1.0, 0.0)
    for pair in ((full, Sample(1, 1.0, 0.0)), (full, Sample(500, math.nan, 0.0)), (flat, flat)):
        assert harmed(*pair, Guard(), planned=1000) is None


def looks(random, rate, less):
    """Whether one of twenty looks of 300 units an arm stops the arm."""
    sizes = np.arange(300, 6001, 300)
    counts = random.binomial(300, [[rate], [less]], (2, 20)).cumsum(axis=1)
    return any(
        (found := harmed(proportion(n, a), proportion(n, b), Guard(margin=0.02), planned=12_000)) and found.harmed
        for n, a, b in zip(sizes.tolist(), *counts.tolist(), strict=True)
    )


def test_twenty_looks_stop_harm_and_spare_what_is_borne():
    random = np.random.default_rng(1)
    assert sum(looks(random, 0.2, 0.196) for _ in range(60)) <= 2
    assert sum(looks(random, 0.2, 0.15) for _ in range(20)) >= 18
