"""Whole clusters and blocks of time as units."""

import itertools

import numpy as np
import pytest

from experiments.stats import clusters
from experiments.stats.effects import compare


def drawn(random, count, effect=0.0):
    sizes = random.integers(5, 60, count).astype(float)
    return sizes * (2 + effect + random.normal(0, 0.5, count)) + random.normal(size=count) * np.sqrt(sizes), sizes


def test_clusters_of_one_size_are_units_with_their_means():
    random = np.random.default_rng(1)
    means = random.normal(3, 1, 30)
    found = clusters.sample(means * 7, np.full(30, 7.0))
    assert (found.n, found.mean, found.variance) == (30, pytest.approx(means.mean()), pytest.approx(means.var(ddof=1)))


def test_few_clusters_have_few_degrees_of_freedom_and_keep_the_level():
    """8 against 24 clusters: wrongly different in 5 % of tests, where by units it would be in most."""
    random = np.random.default_rng(2)
    wrong = 0
    for _ in range(600):
        found = compare(clusters.sample(*drawn(random, 24)), clusters.sample(*drawn(random, 8)))
        assert found.df <= 30
        wrong += found.p < 0.05
    assert wrong / 600 < 0.09


def test_nothing_is_told_of_one_cluster_or_of_empty_ones():
    one, empty = np.array([3.0]), np.zeros(4)
    for sample in (clusters.sample(one, one), clusters.sample(empty, empty)):
        assert compare(sample, sample).status == "too_few"


def test_blocks_are_shuffled_within_their_hour_only():
    treated, hours = np.array([True, False, False, True, True, False]), np.array([0, 0, 0, 1, 1, 1])
    found = clusters.permutations(treated, hours, 500, seed=1)
    assert {tuple(row[:3]) for row in found} == {tuple(np.arange(3) == place) for place in range(3)}
    assert (found[:, 3:].sum(axis=1) == 2).all()
    assert np.array_equal(found, clusters.permutations(treated, hours, 500, seed=1))


def test_p_is_the_share_of_assignments_as_far_apart():
    sums, treated = np.array([9.0, 8.0, 1.0, 2.0]), np.array([True, True, False, False])
    every = np.array([[place in pair for place in range(4)] for pair in itertools.combinations(range(4), 2)])
    others = np.array([row for row in every if not np.array_equal(row, treated)])
    assert clusters.permutation_p(sums, np.ones(4), treated, others) == pytest.approx(2 / 6)  # itself and its mirror


def test_p_keeps_the_level_under_a_daily_rhythm_and_finds_an_effect():
    random = np.random.default_rng(3)
    hours = np.tile(np.arange(4), 8)
    wrong = found = 0
    for _ in range(150):
        treated = np.concatenate([random.permuted(np.tile([True, False], 2)) for _ in range(8)])
        drawn = clusters.permutations(treated, np.repeat(np.arange(8), 4), 199, seed=int(random.integers(1 << 30)))
        sums, sizes = 50 * (2 + hours + random.normal(0, 0.3, 32)), np.full(32, 50.0)
        wrong += clusters.permutation_p(sums, sizes, treated, drawn) <= 0.05
        found += clusters.permutation_p(sums + 50 * 3 * treated, sizes, treated, drawn) <= 0.05
    assert wrong / 150 < 0.1
    assert found / 150 > 0.9


def test_an_arm_without_units_is_as_far_apart_as_can_be():
    sizes, treated = np.array([0.0, 5.0, 5.0]), np.array([True, False, False])
    drawn = np.array([[False, True, False], [True, False, False]])
    assert clusters.permutation_p(sizes * 2, sizes, treated, drawn) == pytest.approx(2 / 3)
