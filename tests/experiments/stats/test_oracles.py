"""The same numbers as statsmodels'. Slow for its import alone, so what it is needed for stands here together."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from experiments.stats import calibrating, clusters, families, power, shrinking
from experiments.stats.interactions import interaction
from experiments.stats.samples import Sample
from experiments.stats.shrinking import Found
from experiments.stats.times import restricted_mean

pytestmark = pytest.mark.slow
several = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def oracle():
    from statsmodels.duration.survfunc import SurvfuncRight
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.meta_analysis import combine_effects
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_confint

    return SimpleNamespace(
        curve=SurvfuncRight,
        regression=OLS,
        combined=combine_effects,
        adjusted=multipletests,
        power=NormalIndPower(),
        interval=proportion_confint,
    )


@pytest.mark.parametrize("count", [1, 7])
def test_adjusted_p_values(oracle, count):
    values = np.random.default_rng(count).beta(0.3, 1, count).tolist()
    assert families.holm(values) == pytest.approx(oracle.adjusted(values, method="holm")[1])
    assert families.benjamini_hochberg(values) == pytest.approx(oracle.adjusted(values, method="fdr_bh")[1])


@several
@given(relative=st.floats(0.05, 2), target=st.floats(0.7, 0.99), alpha=st.floats(0.01, 0.1))
def test_the_size_for_a_mean_and_its_power(oracle, relative, target, alpha):
    found = power.fixed_size(power.mean_aim(1.0, 4.0, relative, alpha=alpha, power=target))
    expected = oracle.power.solve_power(relative / 2, alpha=alpha, power=target)
    assert found == pytest.approx(expected, abs=1.01, rel=1e-3)
    size = max(2, found // 2)
    at = power.power_with(power.mean_aim(1.0, 4.0, relative, alpha=alpha), size)
    assert at == pytest.approx(oracle.power.power(relative / 2, size, alpha), rel=1e-6)


@several
@given(of=st.integers(1, 10_000), share=st.floats(0, 1), alpha=st.sampled_from([0.01, 0.05, 0.3]))
def test_wilsons_interval(oracle, of, share, alpha):
    found = calibrating.share(round(share * of), of, alpha=alpha)
    expected = oracle.interval(found.count, of, alpha=alpha, method="wilson")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # statsmodels divides by its own zeros
@several
@given(finished=st.lists(st.builds(Found, st.floats(-1, 1), st.floats(0.05, 0.5)), min_size=3, max_size=12))
def test_dersimonian_laird(oracle, finished):
    assume(len({one.effect for one in finished}) > 1)
    effects, errors = (np.array([getattr(one, name) for one in finished]) for name in ("effect", "error"))
    expected = oracle.combined(effects, errors**2, method_re="dl")
    habit = shrinking.habit(finished)
    assert habit.variance == pytest.approx(max(0, expected.tau2), abs=1e-12)
    if expected.tau2 > 0:
        assert habit.mean == pytest.approx(expected.mean_effect_re)
        assert math.sqrt(habit.mean_variance) == pytest.approx(expected.sd_eff_w_re)


def test_the_area_under_kaplan_meiers_curve(oracle):
    random = np.random.default_rng(1)
    true, gone = random.exponential(5, 400), random.uniform(4, 30, 400)
    times, happened = np.minimum(true, gone), true <= gone
    curve = oracle.curve(times, happened)
    steps = np.append(np.append(0, curve.surv_times[curve.surv_times < 12]), 12)
    heights = np.append(1, curve.surv_prob)[: len(steps) - 1]
    assert restricted_mean(times, happened, 12).mean == pytest.approx(np.diff(steps) @ heights)


def test_an_interaction_is_the_product_term_with_hc2_errors(oracle):
    random = np.random.default_rng(1)
    first, second = random.random((2, 900)) < [[0.5], [0.3]]
    y = 1 + first + 2 * second + 0.7 * (first & second) + random.normal(0, 1 + first)
    cells = (y[first & second], y[first & ~second], y[~first & second], y[~first & ~second])
    found = interaction(*(Sample(len(one), float(one.mean()), float(one.var(ddof=1))) for one in cells))
    design = np.column_stack([np.ones(900), first, second, first & second]).astype(float)
    expected = oracle.regression(y, design).fit(cov_type="HC2")
    assert (found.absolute, found.absolute_se) == pytest.approx((expected.params[3], expected.bse[3]))


def test_the_error_of_clusters_is_the_cluster_robust_one(oracle):
    """Its small-sample factor aside."""
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(40), random.integers(3, 30, 40))
    y = random.normal(size=40)[groups] + random.normal(size=len(groups))
    robust = {"groups": groups, "use_correction": False}
    expected = oracle.regression(y, np.ones(len(y))).fit(cov_type="cluster", cov_kwds=robust)
    found = clusters.sample(np.bincount(groups, y), np.bincount(groups).astype(float))
    assert found.mean == pytest.approx(expected.params[0])
    assert math.sqrt(found.mean_variance * 39 / 40) == pytest.approx(expected.bse[0])
