"""The Bayesian view, against gbstats, numeric integration and closed forms."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from experiments.stats.bayes import FLAT, Posterior, Prior, posterior


@pytest.mark.reference
@pytest.mark.parametrize("metric", ["retention_1", "retention_7", "sum_gamerounds_raw", "sum_gamerounds_winsor_p99.9"])
def test_cookie_cats_with_a_flat_prior_as_gbstats(reference, metric):
    known = json.loads((reference / "conformance" / "gbstats" / "cookie_cats.json").read_text())["cookie_cats"]
    for scale in ("absolute", "relative"):
        expected = known[metric][f"bayes_{scale}"]
        found = posterior(expected["uplift"]["mean"], expected["uplift"]["stddev"], FLAT)
        assert found.interval() == pytest.approx(expected["ci"], rel=1e-9)
        assert found.chance() == pytest.approx(expected["chanceToWin"], rel=1e-9)
        assert found.risk() == pytest.approx(expected["risk"], rel=1e-9)


def test_the_posterior_is_prior_times_likelihood():
    prior = Prior(0.1, 0.3)
    grid = np.linspace(-2, 2, 40_001)
    weights = stats.norm.pdf(grid, prior.mean, prior.deviation) * stats.norm.pdf(0.25, grid, 0.15)
    weights /= integrate.trapezoid(weights, grid)
    found = posterior(0.25, 0.15, prior)
    mean = integrate.trapezoid(weights * grid, grid)
    assert found.mean == pytest.approx(mean)
    assert found.deviation**2 == pytest.approx(integrate.trapezoid(weights * (grid - mean) ** 2, grid))
    assert found.chance() == pytest.approx(integrate.trapezoid(weights * (grid > 0), grid), abs=1e-3)
    staying, taking = (integrate.trapezoid(weights * np.maximum(0, side * grid), grid) for side in (1, -1))
    assert found.risk() == pytest.approx((staying, taking), rel=1e-6)


@given(st.floats(-1, 1), st.floats(0.01, 1))
def test_gain_and_loss_differ_by_the_mean_and_turn_with_the_direction(effect, error):
    found = posterior(effect, error)
    staying, taking = found.risk()
    assert staying - taking == pytest.approx(found.mean)
    assert found.risk(less_is_better=True) == (taking, staying)
    assert found.chance() + found.chance(less_is_better=True) == pytest.approx(1)


@given(st.floats(-1, 1), st.floats(0.01, 1))
def test_a_prior_around_zero_draws_towards_it_and_narrows(effect, error):
    found = posterior(effect, error)
    assert abs(found.mean) <= abs(effect)
    assert found.deviation < min(error, 0.3)


def test_a_coin_that_was_not_thrown_is_even():
    assert posterior(0.0, 0.1).chance() == 0.5
    assert Posterior(0.0, 1.0).interval() == pytest.approx((-1.959964, 1.959964))


def test_an_effect_without_error_is_refused():
    with pytest.raises(ValueError, match="without error"):
        posterior(0.1, 0.0)
