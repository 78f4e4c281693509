"""A bandit's weights can be computed again, its floor holds, and its estimates are not fooled by a trend."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.stats.calibrating import coverage
from growth.campaigns.proving import bandit
from growth.campaigns.proving.bandit import Tally


@dataclass(frozen=True)
class Stored:
    seed: int
    evidence: list
    uniform: float = 0.1


def share(n, k):
    return Tally(n, k, k)


tallies = st.integers(100, 900).flatmap(lambda n: st.integers(0, n).map(lambda k: share(n, k)))


@settings(max_examples=40)
@given(st.lists(st.lists(tallies, min_size=3, max_size=3), min_size=1, max_size=4), st.integers(0, 2**63 - 1))
def test_every_allocation_is_computed_again_bit_for_bit_and_keeps_the_floor(periods, seed):
    evidence = bandit.evidence_of(dict(enumerate(periods)), share=True)
    weights = bandit.weights(evidence, seed, uniform=0.1)
    assert bandit.recompute(Stored(seed, json.loads(json.dumps(evidence)))) == weights
    assert sum(weights) == pytest.approx(1)
    assert min(0.1 / 3 + 0.9 * weight for weight in weights) >= bandit.LEAST_PROPENSITY
    assert min(weights) >= bandit.FLOOR - 1e-12


def test_the_better_arm_gets_more_and_the_worse_where_less_is_better():
    periods = {0: [share(500, 50), share(500, 100)]}
    more, less = (
        bandit.weights(bandit.evidence_of(periods, share=True, less_is_better=low), 7, uniform=0.1)
        for low in (False, True)
    )
    assert more == pytest.approx([0.05, 0.95], abs=0.001)
    assert less == pytest.approx([0.95, 0.05], abs=0.001)


def test_a_mean_is_learnt_too():
    periods = {0: [Tally(400, 4000, 48_000), Tally(400, 4400, 56_000)]}
    found = bandit.weights(bandit.evidence_of(periods, share=False), 7, uniform=0.1)
    assert found[1] > 0.9


def test_p_best_is_that_of_two_beta_distributions():
    """P(X2 > X1) of Beta(11, 91) and Beta(21, 81), by numerical integration: 0.9735."""
    found = bandit.chances([[share(100, 10), share(100, 20)]], 3, share=True)
    assert found[1] == pytest.approx(0.9735, abs=0.006)


def test_nothing_is_learnt_from_a_few():
    evidence = bandit.evidence_of({0: [share(99, 0), share(5000, 900), share(5000, 10)]}, share=True)
    assert bandit.weights(evidence, 1, uniform=0.1) == [1 / 3] * 3


def test_so_many_arms_that_one_would_starve_are_refused():
    evidence = bandit.evidence_of({0: [share(200, 20)] * 60}, share=True)
    with pytest.raises(ValueError, match="too many"):
        bandit.weights(evidence, 1, uniform=0.1)


def test_a_period_in_which_an_arm_has_less_than_two_is_one_with_its_neighbour():
    thin, thick = [share(1, 1), share(50, 5)], [share(40, 4), share(50, 5)]
    assert bandit.merged([thin, thick, thick]) == [[share(41, 5), share(100, 10)], thick]
    assert bandit.merged([thick, thick, thin]) == [thick, [share(41, 5), share(100, 10)]]
    assert bandit.merged([thin]) == [thin]
    assert bandit.estimate([thin], 1, share=True).status == "too_few"


def test_one_period_is_what_analyze_csv_says():
    found = bandit.estimate([[share(45_489, 8_279), share(44_700, 8_502)]], 0, control=1, share=True)
    assert found.absolute == pytest.approx(-0.0082012983)
    assert found.absolute_ci == pytest.approx((-0.0132816207, -0.0031209759))
    assert found.relative_ci == pytest.approx((-0.0692449281, -0.0169931417))


def test_the_weights_of_periods_are_the_same_for_both_arms():
    periods = [[share(100, 10), share(300, 30)], [share(300, 90), share(100, 30)]]
    found = bandit.estimate(periods, 1, share=True)
    assert found.absolute == pytest.approx(0)
    naive = reduce(lambda a, b: [x.plus(y) for x, y in zip(a, b, strict=True)], periods)
    assert naive[1].mean - naive[0].mean == pytest.approx(-0.10)


def simulated(random, truth, days=8, size=600, adapt=True, held=0.1):
    """Days of members whose rate grows from 5 to 15 %, drawn by the bandit's weights of the day before; the periods."""
    periods, weights = {}, [1 / len(truth)] * len(truth)
    for day in range(days):
        base = 0.05 + 0.1 * day / (days - 1)
        sizes = random.multinomial(round(size * (1 - held)), [0.1 / len(truth) + 0.9 * weight for weight in weights])
        arms = [(round(size * held), base), *zip(sizes, (base + lift for lift in truth), strict=True)]
        periods[day] = [share(int(n), int(random.binomial(n, rate))) for n, rate in arms]
        if adapt:
            evidence = bandit.evidence_of({n: period[1:] for n, period in periods.items()}, share=True)
            weights = bandit.weights(evidence, int(random.integers(2**62)), uniform=0.1)
    return list(periods.values())


@pytest.mark.slow
def test_under_a_trend_the_weighed_estimate_is_right_and_the_pooled_one_is_not():
    """Two arms that are the same, one of which the weights leave as the site's rate grows."""
    random, weighed, pooled, intervals = np.random.default_rng(4), [], [], []
    for _ in range(1500):
        periods = []
        for day in range(8):
            base, weight = 0.05 + 0.1 * day / 7, 0.5 - 0.4 * day / 7
            n = random.binomial(600, weight)
            periods.append([share(int(k), int(random.binomial(k, base))) for k in (600 - n, n)])
        found = bandit.estimate(periods, 1, share=True)
        whole = reduce(lambda a, b: [x.plus(y) for x, y in zip(a, b, strict=True)], periods)
        weighed.append(found.absolute)
        pooled.append(whole[1].mean - whole[0].mean)
        intervals.append(found.absolute_ci)
    assert abs(np.mean(weighed)) < 0.001
    assert np.mean(pooled) < -0.015
    told = coverage(intervals)
    assert told.low <= 0.95 <= told.high + 0.01


@pytest.mark.slow
def test_beside_the_holdout_an_adaptive_bandit_is_estimated_without_bias():
    """Adaptive weights leave a bias of their own, of which the fixed slice and the floor leave little."""
    random, found = np.random.default_rng(5), []
    for _ in range(300):
        periods = simulated(random, (0.0, 0.02, 0.05))
        found.append([bandit.estimate(periods, arm, share=True) for arm in (1, 2, 3)])
    for arm, truth in enumerate((0.0, 0.02, 0.05)):
        assert np.mean([one[arm].absolute for one in found]) == pytest.approx(truth, abs=0.006)
        assert coverage([one[arm].absolute_ci for one in found], truth).share > 0.91


@pytest.mark.slow
def test_a_bandit_regrets_less_than_equal_shares():
    random, truth = np.random.default_rng(6), (0.0, 0.02, 0.06)

    def regret(adapt):
        periods = simulated(random, truth, adapt=adapt)
        return sum(tally.n * (0.06 - lift) for period in periods for tally, lift in zip(period[1:], truth, strict=True))

    bandits, equal = (np.mean([regret(adapt) for _ in range(60)]) for adapt in (True, False))
    assert bandits < 0.65 * equal
