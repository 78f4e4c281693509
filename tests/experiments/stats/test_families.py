"""Adjusted p-values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.stats.families import benjamini_hochberg, holm

values = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@given(values)
def test_benjamini_hochberg_is_scipys(given_values):
    assert benjamini_hochberg(given_values) == pytest.approx(list(stats.false_discovery_control(given_values)))


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(values)
def test_holm_lies_between_the_value_and_bonferronis(given_values):
    for value, found in zip(given_values, holm(given_values), strict=True):
        assert value <= found <= min(1, value * len(given_values))
