"""A report's row, from sums alone."""

import json
import math

import numpy as np
import pytest

from experiments.stats import cuped, sequences
from experiments.stats.cuped import Slope
from experiments.stats.pairs import Measure, paired, slope
from experiments.stats.samples import Joint
from experiments.stats.sums import Sums


def sums(y, x=None, d=None):
    zeros = np.zeros_like(y)
    x, d = zeros if x is None else x, zeros if d is None else d
    products = (y, y * y, x, x * x, x * y, d, d * d, y * d, x * d)
    return Sums(len(y), *(int(one.sum()) for one in products))


@pytest.mark.reference
@pytest.mark.parametrize("metric", ["retention_1", "retention_7"])
def test_cookie_cats_from_sums_as_gbstats(reference, metric):
    known = json.loads((reference / "conformance" / "gbstats" / "cookie_cats.json").read_text())["cookie_cats"]
    control, arm = (Sums(n, int(y), int(y)) for n, y in zip(known["n"], known[metric]["sums"], strict=True))
    for planned in (5000, 90189):
        found = paired(Measure("proportion", planned=planned), control, arm).raw
        for scale in ("absolute", "relative"):
            fixed, looked = (known[metric][name] for name in (f"welch_{scale}", f"asymptotic_cs_{scale}_N{planned}"))
            assert getattr(found.effect, scale) == pytest.approx(fixed["expected"], rel=1e-9)
            assert getattr(found.effect, f"{scale}_ci") == pytest.approx(fixed["ci"], rel=1e-9)
            assert getattr(found, scale).ci == pytest.approx(looked["ci"], rel=1e-9)
            assert getattr(found, scale).p == pytest.approx(looked["pValue"], rel=1e-9)


def test_the_adjusted_effect_is_that_of_the_units():
    random = np.random.default_rng(6)
    x = random.poisson(900, (2, 500))
    y = x * 2 + random.poisson(100, (2, 500))
    control, arm = sums(y[0], x[0]), sums(y[1], x[1])
    measure = Measure("mean", scale=100, planned=1000)
    theta = slope(measure, control + arm)
    assert theta.theta == pytest.approx(np.cov(y.ravel(), x.ravel())[0, 1] / x.ravel().var(ddof=1))
    found = paired(measure, control, arm, theta)
    expected = cuped.compare(*(Joint.of_units(y[i] / 100, x[i] / 100) for i in (0, 1)), theta.theta)
    assert found.adjusted.effect.absolute == pytest.approx(expected.absolute)
    assert found.adjusted.effect.relative_ci == pytest.approx(expected.relative_ci)
    assert found.variance_reduction > 0.95
    assert found.adjusted.absolute == sequences.look(
        found.adjusted.effect.absolute, found.adjusted.effect.absolute_se, 1000, planned=1000
    )


def test_without_a_slope_or_a_plan_there_is_only_the_effect():
    y = np.arange(50)
    found = paired(Measure("mean"), sums(y), sums(y + 3))
    assert (found.adjusted, found.raw.absolute, found.variance_reduction) == (None, None, 0)
    assert found.raw.effect.absolute == 3


def test_a_covariate_that_does_not_vary_changes_nothing():
    y = np.arange(50)
    measure = Measure("mean")
    theta = slope(measure, sums(y, y * 0 + 7) + sums(y + 3, y * 0 + 7))
    assert theta == Slope(0.0, None)
    found = paired(measure, sums(y), sums(y + 3), theta)
    assert found.adjusted.effect.p == pytest.approx(found.raw.effect.p)
    assert found.variance_reduction == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("kind", ["mean", "proportion", "ratio"])
def test_arms_without_units_are_too_few_of_every_kind(kind):
    measure = Measure(kind, planned=1000)
    theta = slope(measure, Sums())
    found = paired(measure, Sums(), Sums(), theta)
    assert (found.raw.effect.status, found.adjusted.effect.status) == ("too_few", "too_few")
    assert (found.raw.absolute, found.adjusted.relative) == (None, None)
    assert math.isnan(found.control.mean)
