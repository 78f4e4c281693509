"""Looking at every step: the sequence keeps its promise where a fixed test breaks it."""

import numpy as np
import pytest

from experiments.stats import sequences


def test_an_interval_leaves_out_zero_when_its_p_is_below_the_level():
    reach = sequences.reach(3000, planned=5000)
    for side, expected in ((0.999, False), (1.001, True)):
        p = sequences.p_value(reach * side, 1.0, 3000, planned=5000)
        assert (p < 0.05) is expected


def test_it_is_wider_than_a_fixed_interval_and_narrowest_near_its_plan():
    def relative(n, planned):
        return sequences.reach(n, planned=planned)

    assert relative(5000, 5000) > 1.96
    assert relative(5000, 5000) < relative(5000, 50_000)
    assert relative(5000, 5000) < relative(5000, 500)


def test_twenty_looks_at_nothing_rarely_find_something():
    """1,000 tests of two equal arms: a fixed 5 % test finds something in about a quarter of them."""
    random = np.random.default_rng(5)
    draws = random.normal(size=(1000, 2, 20, 200)).mean(axis=3).cumsum(axis=2) / np.arange(1, 21)
    difference = draws[:, 1] - draws[:, 0]
    ns = 2 * 200 * np.arange(1, 21)
    errors = np.sqrt(4 / ns)
    fixed = (np.abs(difference / errors) > 1.96).any(axis=1).mean()
    reaches = np.array([sequences.reach(int(n), planned=8000) for n in ns])
    sequential = (np.abs(difference / errors) > reaches).any(axis=1).mean()
    assert fixed > 0.15
    assert sequential < 0.05


def test_one_side_is_looked_at_closer_than_two():
    assert sequences.one_sided_reach(3000, planned=5000) < sequences.reach(3000, planned=5000)


def test_the_one_sided_p_and_the_reach_agree():
    reach = sequences.one_sided_reach(3000, planned=5000)
    assert sequences.one_sided_p(reach, 1.0, 3000, planned=5000) == pytest.approx(0.05, rel=1e-6)
    for difference in (-3.0, 0.0, 0.01):
        assert sequences.one_sided_p(difference, 1.0, 3000, planned=5000) == 1.0
    assert sequences.one_sided_p(99.0, 1.0, 3000, planned=5000) == 0.0


def test_half_is_no_level_of_a_one_sided_sequence():
    with pytest.raises(ValueError, match=r"between 0 and 0\.5"):
        sequences.one_sided_reach(100, planned=100, alpha=0.5)
