"""The draws are uniform and independent of each other, and PostgreSQL draws as Python does."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.bucketing import bucket, fnv32a
from growth.campaigns.planning import allotting

weights = st.lists(st.integers(0, 100), min_size=1, max_size=8).filter(any)
COUNT = 20_000


@pytest.mark.django_db
def test_postgresql_draws_as_python_does():
    seeds, members = ["0f", "campaign:h", "a-longer-seed:v:12"], [1, 7, 10, 99_999, 123_456_789, 2**40]
    with connection.cursor() as cursor:
        for seed in seeds:
            cursor.execute("SELECT campaigns_bucket(%s, n::text) FROM unnest(%s::bigint[]) n", [fnv32a(seed), members])
            assert [row[0] for row in cursor] == [allotting.number(seed, member) for member in members]


@given(st.text(min_size=1, max_size=20), st.integers(1, 2**62))
def test_the_number_is_the_hash_of_experiments_in_ten_thousandths(seed, member):
    assert allotting.number(seed, member) / 10_000 == bucket(seed, str(member), 2)


@given(weights)
def test_edges_give_each_variation_its_share_to_a_ten_thousandth(given_weights):
    draw = allotting.Draw("seed", allotting.edges(given_weights))
    assert sum(draw.shares) == pytest.approx(1)
    for share, weight in zip(draw.shares, given_weights, strict=True):
        assert share == pytest.approx(weight / sum(given_weights), abs=1.01e-4)


@given(weights, st.integers(1, 10**9))
def test_a_variation_without_weight_is_never_drawn(given_weights, member):
    assert given_weights[allotting.Draw("seed", allotting.edges(given_weights)).index(member)] > 0


def test_no_weight_at_all_is_refused():
    with pytest.raises(ValueError, match="no variation"):
        allotting.edges([0, 0])


def numbers(seed: str) -> np.ndarray:
    return np.array([allotting.number(seed, member) for member in range(1, COUNT + 1)])


@pytest.mark.parametrize("purpose", ["c", "h", "v", "u", "v:3"])
def test_each_question_divides_members_evenly(purpose):
    """Tenths of 20,000 consecutive ids: the chi-square of nine degrees stays below its 1 in 100,000."""
    tenths = np.bincount(numbers(f"6b2f9a10c4e8d7f3:{purpose}") // 1000, minlength=10)
    assert stats.chisquare(tenths).pvalue > 1e-5


@pytest.mark.parametrize(("one", "other"), [("c", "h"), ("h", "v"), ("c", "v"), ("u", "v"), ("v:1", "v:2")])
def test_what_one_question_says_tells_nothing_of_another(one, other):
    first, second = (numbers(f"6b2f9a10c4e8d7f3:{purpose}") // 2000 for purpose in (one, other))
    table = np.histogram2d(first, second, bins=5)[0]
    assert stats.chi2_contingency(table).pvalue > 1e-5
