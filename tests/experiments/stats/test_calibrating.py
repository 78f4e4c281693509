"""Counting how often tests keep their promises."""

import math

import pytest

from experiments.stats import calibrating


def test_wilsons_interval_of_one_in_ten():
    """Brown, Cai & DasGupta 2001 print (0.018, 0.404)."""
    found = calibrating.share(1, 10)
    assert (found.share, found.low, found.high) == pytest.approx((0.1, 0.01787621, 0.40415003), abs=1e-7)


@pytest.mark.parametrize("count", [0, 7])
def test_an_interval_of_none_or_all_ends_where_shares_end(count):
    found = calibrating.share(count, 7)
    assert found.low <= count / 7 <= found.high + 1e-12
    assert 0 <= found.low < found.high <= 1


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
