"""Effects of factors are those of a regression, and what a fraction cannot tell apart is said."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.stats.samples import Sample
from growth.campaigns.proving import factorial

TWO = {"title": ["plain", "warm"], "icon": ["none", "star"]}
THREE = {"title": ["plain", "warm"], "hour": ["9", "12", "19"]}


def full(factors):
    return [dict(zip(factors, levels, strict=True)) for levels in product(*factors.values())]


def drawn(runs, seed=1, sizes=(40, 90)):
    """Rows of a person each, with means and spreads that differ from run to run."""
    pd = pytest.importorskip("pandas")
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            {**run, "y": y}
            for place, run in enumerate(runs)
            for y in random.normal(5 + place % 3, 1 + place / 4, int(random.integers(*sizes)))
        ]
    )


def samples(runs, rows):
    pd = pytest.importorskip("pandas")
    values = [rows.loc[(rows[list(run)] == pd.Series(run)).all(axis=1), "y"] for run in runs]
    return [Sample(len(one), float(one.mean()), float(one.var())) for one in values]


def told(factors, runs, of):
    return {(one.term, one.levels): one for one in factorial.contrasts(factors, runs, of)}


def test_of_two_levels_an_effect_is_twice_the_coefficient_of_the_coded_regression():
    smf = pytest.importorskip("statsmodels.formula.api")
    runs = full(TWO)
    rows = drawn(runs)
    coded = rows.assign(a=np.where(rows.title == "warm", 1, -1), b=np.where(rows.icon == "star", 1, -1))
    fitted = smf.ols("y ~ a * b", coded).fit(cov_type="HC2")
    found = told(TWO, runs, samples(runs, rows))
    for key, name, times in [
        ((("title",), ("warm",)), "a", 2),
        ((("icon",), ("star",)), "b", 2),
        ((("title", "icon"), ("warm", "star")), "a:b", 4),
    ]:
        effect = found[key].effect
        assert effect.absolute == pytest.approx(times * fitted.params[name], rel=1e-10)
        assert effect.absolute_se == pytest.approx(times * fitted.bse[name], rel=1e-10)


def test_of_three_levels_each_is_against_the_first_at_the_mean_of_the_other_factor():
    smf = pytest.importorskip("statsmodels.formula.api")
    runs = full(THREE)
    rows = drawn(runs, seed=2)
    fitted = smf.ols("y ~ C(title, Sum) * C(hour, Treatment('9'))", rows).fit(cov_type="HC2")
    effect = told(THREE, runs, samples(runs, rows))[("hour",), ("19",)].effect
    name = "C(hour, Treatment('9'))[T.19]"
    assert (effect.absolute, effect.absolute_se) == pytest.approx((fitted.params[name], fitted.bse[name]), rel=1e-10)


@settings(max_examples=40)
@given(st.lists(st.integers(-50, 50), min_size=3, max_size=3), st.integers(-5, 5))
def test_a_shift_of_all_runs_of_a_level_is_its_main_effect_and_no_interaction(base, shift):
    runs = full(THREE)
    by_hour = dict(zip(THREE["hour"], base, strict=True))
    moved = [Sample(50, by_hour[run["hour"]] + (shift if run["title"] == "warm" else 0), 1.0) for run in runs]
    found = told(THREE, runs, moved)
    assert found[("title",), ("warm",)].effect.absolute == pytest.approx(shift, abs=1e-9)
    assert found[("title", "hour"), ("warm", "19")].effect.absolute == pytest.approx(0, abs=1e-9)


def test_a_full_factorial_has_no_aliases_and_misses_nothing():
    assert factorial.aliases(THREE, full(THREE)) == []
    assert factorial.missing(THREE, full(THREE)) == []
    assert factorial.missing(THREE, full(THREE)[1:]) == [{"title": "plain", "hour": "9"}]


def half(names, sign=1):
    """A half of 2^k: the product of all factors is one sign."""
    factors = {name: ["-", "+"] for name in names}
    ups = ({name: 1 if level == "+" else -1 for name, level in run.items()} for run in full(factors))
    return factors, [run for run, up in zip(full(factors), ups, strict=True) if np.prod([*up.values()]) == sign]


def test_in_a_half_of_three_factors_each_interaction_is_a_main_effect_and_is_refused():
    factors, runs = half("abc")
    table = {(one.term, one.other): one.degree for one in factorial.aliases(factors, runs)}
    assert table == {(("a",), ("b", "c")): 1, (("b",), ("a", "c")): 1, (("c",), ("a", "b")): 1}
    found = told(factors, runs, [Sample(30, place, 1.0) for place in range(4)])
    assert found[("a",), ("+",)].aliased == (("b", "c"),)
    assert found[("a",), ("+",)].effect.absolute is not None
    refused = found[("a", "b"), ("+", "+")]
    assert (refused.effect, refused.refused) == (None, ("c",))


def test_in_a_half_of_four_factors_interactions_are_told_with_those_that_they_may_be():
    factors, runs = half("abcd")
    found = told(factors, runs, [Sample(30, place, 1.0) for place in range(8)])
    one = found[("a", "b"), ("+", "+")]
    assert one.refused is None
    assert one.aliased == (("c", "d"),)
    assert all(one.refused is None for key, one in found.items() if len(key[0]) == 1)


def test_two_factors_that_always_change_together_are_both_refused():
    runs = [{"title": "plain", "icon": "none"}, {"title": "warm", "icon": "star"}]
    found = told(TWO, runs, [Sample(30, 1, 1.0), Sample(30, 2, 1.0)])
    assert {one.refused for one in found.values()} == {("icon",), ("title",), ("mean",)}


def test_a_design_with_a_hole_is_aliased_in_part_and_refused():
    runs = full(TWO)[:3]
    degrees = {(one.term, one.other): one.degree for one in factorial.aliases(TWO, runs)}
    assert degrees[("title",), ("icon",)] == pytest.approx(0.5)
    assert told(TWO, runs, [Sample(30, 1, 1.0)] * 3)[("title",), ("warm",)].refused == ("icon",)


@pytest.mark.parametrize(
    ("factors", "runs"),
    [
        ({"title": ["plain"]}, [{"title": "plain"}]),
        (TWO, [{"title": "plain"}]),
        (TWO, [{"title": "plain", "icon": "moon"}]),
        (TWO, [{"title": "plain", "icon": "none"}] * 2),
    ],
)
def test_an_unsound_design_is_refused(factors, runs):
    with pytest.raises(ValueError, match=r"needs two levels|says a level|are the same"):
        factorial.aliases(factors, runs)


def test_an_arm_of_one_member_says_nothing():
    effect = told(TWO, full(TWO), [Sample(1, 1.0, 0.0), *[Sample(9, 1.0, 1.0)] * 3])[("icon",), ("star",)].effect
    assert effect.status == "too_few"
