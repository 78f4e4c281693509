"""Counting how often tests keep their promises."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from experiments.stats import calibrating


@given(st.integers(1, 10_000), st.data(), st.sampled_from([0.01, 0.05, 0.3]))
def test_the_interval_is_statsmodels_wilson(of, data, alpha):
    count = data.draw(st.integers(0, of))
    found = calibrating.share(count, of, alpha=alpha)
    expected = proportion_confint(count, of, alpha=alpha, method="wilson")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)
    assert found.low - 1e-12 <= found.share <= found.high + 1e-12


def test_of_none_nothing_is_told():
    assert math.isnan(calibrating.false_positives([]).share)
    assert math.isnan(calibrating.coverage([]).high)


def test_false_positives_are_those_below_the_level():
    found = calibrating.false_positives([0.01, 0.05, 0.5, 0.9])
    assert (found.count, found.of, found.share) == (1, 4, 0.25)
    assert calibrating.false_positives([0.01, 0.05], level=0.1).count == 2


def test_an_interval_covers_its_ends():
    assert calibrating.coverage([(-1, 1), (0, 2), (0.1, 3)]).count == 2
    assert calibrating.coverage([(-1, 1), (0.4, 2)], truth=0.5).count == 2


def test_every_p_has_its_place_in_the_histogram():
    assert calibrating.histogram([0, 0.049, 0.05, 0.999, 1.0]) == [2, 1] + [0] * 17 + [2]
