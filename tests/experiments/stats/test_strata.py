"""Post-stratification: closed forms, the population's interval, thin strata."""

import math

import numpy as np
import pytest

from experiments.stats import cuped, strata, sums
from experiments.stats.effects import compare
from experiments.stats.samples import Joint, Sample
from experiments.stats.strata import Stratum
from experiments.stats.sums import Sums


def drawn(random, n=400, effect=0.2):
    """Units of three kinds that differ by more than chance; each with what it was before."""
    kinds, treated = random.choice(3, n, p=[0.5, 0.3, 0.2]), random.random(n) < 0.5
    x = random.normal(size=n)
    y = 3 + 2.0 * kinds + x + treated * effect * (1 + kinds) + random.normal(size=n)
    return kinds, treated, y, x


def cells(kinds, treated, y, x):
    return [
        Stratum(*(Joint.of_units(y[mine], x[mine]) for mine in ((kinds == k) & ~treated, (kinds == k) & treated)))
        for k in np.unique(kinds)
    ]


def test_one_stratum_is_a_plain_comparison():
    _, treated, y, x = drawn(np.random.default_rng(1))
    whole = [Joint.of_units(y[mine], x[mine]) for mine in (~treated, treated)]
    expected = compare(*(Sample(one.n, one.y, one.var_y) for one in whole))
    found = strata.compare([Stratum(*whole)])
    for name, value in expected._asdict().items():
        assert getattr(found, name) == pytest.approx(value), name


def test_one_stratum_adjusted_is_cuped():
    _, treated, y, x = drawn(np.random.default_rng(1))
    whole = [Joint.of_units(y[mine], x[mine]) for mine in (~treated, treated)]
    expected = cuped.compare(*whole, cuped.slope(whole).theta)
    found = strata.compare([Stratum(*whole)], adjusted=True)
    assert (found.absolute, found.absolute_se, found.p) == pytest.approx(
        (expected.absolute, expected.absolute_se, expected.p)
    )


def test_a_ratios_strata_are_linearised_about_their_whole_arm():
    """Units whose ratio is their kind's: stratified, the ratio's error loses what lies between the kinds."""
    random = np.random.default_rng(9)
    kinds, treated = random.integers(0, 2, 2000), random.random(2000) < 0.5
    d = random.poisson(4, 2000) + 1
    y = random.poisson(d * (1 + 4 * kinds + treated))
    whole = [_sums(y[mine], d[mine]) for mine in (~treated, treated)]
    plain = compare(*(sums.ratio(arm) for arm in whole))
    one = strata.compare([Stratum(*(sums.linearised(arm, arm) for arm in whole))])
    assert (one.absolute, one.p, one.relative_se) == pytest.approx((plain.absolute, plain.p, plain.relative_se))
    cells = [[_sums(y[mine & (kinds == k)], d[mine & (kinds == k)]) for mine in (~treated, treated)] for k in (0, 1)]
    found = strata.compare(
        [Stratum(*(sums.linearised(*pair) for pair in zip(cell, whole, strict=True))) for cell in cells]
    )
    assert found.absolute == pytest.approx(1, abs=3 * found.absolute_se)
    assert found.absolute_se < plain.absolute_se * 0.6


def _sums(y, d):
    return Sums(len(y), int(y.sum()), int(y @ y), d=int(d.sum()), dd=int(d @ d), yd=int(y @ d))


def test_the_effect_is_the_sum_of_the_strata_by_their_shares():
    """GrowthBook's documentation, "Post-stratification": ν'α and ν'Λν + α'(diag ν − νν')α / N, in matrices."""
    kinds, treated, y, x = drawn(np.random.default_rng(2), 900)
    found = strata.compare(cells(kinds, treated, y, x))
    shares = np.bincount(kinds) / 900
    arms = [[y[(kinds == k) & arm] for k in range(3)] for arm in (~treated, treated)]
    means = np.array([[one.mean() for one in arm] for arm in arms])
    errors = np.array([[one.var(ddof=1) / len(one) for one in arm] for arm in arms]) @ shares**2
    alpha = np.stack([means[0], means[1] - means[0]])  # base and difference
    between = alpha @ (np.diag(shares) - np.outer(shares, shares)) @ alpha.T / 900
    within = np.array([[errors[0], -errors[0]], [-errors[0], errors.sum()]])
    covariance, (base, difference) = within + between, alpha @ shares
    gradient = np.array([-difference / base**2, 1 / base])
    assert found.absolute == pytest.approx(difference)
    assert found.absolute_se**2 == pytest.approx(covariance[1, 1])
    assert found.relative_se**2 == pytest.approx(gradient @ covariance @ gradient)


@pytest.mark.parametrize("adjusted", [False, True])
def test_the_interval_holds_the_populations_effect_and_is_narrower(adjusted):
    """An effect that grows with the kind: 0.2 × (1 + 0.7) on average."""
    random = np.random.default_rng(3)
    held = relative_held = 0
    ratios = []
    for _ in range(250):
        kinds, treated, y, x = drawn(random)
        found = strata.compare(cells(kinds, treated, y, x), adjusted=adjusted)
        held += found.absolute_ci[0] <= 0.34 <= found.absolute_ci[1]
        relative_held += found.relative_ci[0] <= 0.34 / 4.4 <= found.relative_ci[1]
        plain = compare(*(Sample(mine.sum(), y[mine].mean(), y[mine].var(ddof=1)) for mine in (~treated, treated)))
        ratios.append(found.absolute_se / plain.absolute_se)
    assert 0.915 <= held / 250 <= 0.985
    assert 0.915 <= relative_held / 250 <= 0.985
    assert np.mean(ratios) < (0.55 if adjusted else 0.7)


def joint(n, value=1.0):
    return Joint.of_units(np.linspace(0, value, n) if n else np.array([]), np.zeros(n))


def test_thin_strata_become_one_and_no_unit_is_left_out():
    given = [Stratum(joint(control), joint(arm)) for control, arm in ((50, 60), (8, 30), (15, 9), (0, 3))]
    found = strata.merged(given)
    assert [(one.control.n, one.arm.n) for one in found] == [(50, 60), (23, 42)]
    found = strata.merged(given[:2])
    assert [(one.control.n, one.arm.n) for one in found] == [(58, 90)]


def test_nothing_is_told_of_arms_without_units():
    assert strata.compare([]).status == "too_few"
    assert strata.compare([Stratum(joint(0), joint(5))]).status == "too_few"


def test_nothing_is_relative_to_a_control_of_zero():
    flat = Joint(30, 0.0, 0.0, 29.0, 0.0, 0.0)
    found = strata.compare([Stratum(flat, joint(30)), Stratum(flat, joint(30))])
    assert (found.relative, found.relative_method) == (None, "none")
    assert not math.isnan(found.p)


def test_strata_without_variance_are_certain():
    same = Joint(30, 2.0, 0.0, 0.0, 0.0, 0.0)
    assert strata.compare([Stratum(same, same)] * 2).p == 1.0
