import random
from collections import defaultdict

import pytest
from scipy.stats import chi2_contingency, f_oneway

from experiments.carryover import Cell, Draw, carried, independence, spread

UNITS = [str(number) for number in range(1, 20_001)]


def test_independence_is_pearsons():
    table = [[120, 90, 40], [80, 110, 60]]
    wanted = chi2_contingency(table, correction=False)
    found = independence(table)
    assert (found.chi2, found.df, found.p) == (
        pytest.approx(wanted.statistic),
        wanted.dof,
        pytest.approx(wanted.pvalue),
    )


def test_a_new_seed_spreads_each_old_arm_over_all_new_ones():
    found = spread(Draw("first", [1, 1]), Draw("second", [1, 2, 1], coverage=8000), UNITS)
    assert found.df == 2
    assert not found.is_alarming


@pytest.mark.parametrize("weights", [[1, 1], [1, 3]])
def test_the_same_seed_is_an_alarm(weights):
    assert spread(Draw("first", [1, 1]), Draw("first", weights), UNITS).is_alarming


def test_nothing_in_common_says_nothing():
    assert spread(Draw("a", [1, 1], coverage=0), Draw("b", [1, 1]), UNITS).p == 1
    assert carried({(0, 0): Cell(1, 1, 1), (1, 0): Cell(1, 0, 0)}).p == 1


def cells(effect, seed=7):
    """Values of units of a restarted experiment in which the old arm 1 still adds `effect`."""
    dice = random.Random(seed)  # noqa: S311
    values = defaultdict(list)
    old, new = Draw("first", [1, 1]).variations(UNITS), Draw("second", [1, 1]).variations(UNITS)
    for before, now in zip(old, new, strict=True):
        values[before, now].append(dice.gauss(10 + effect * before + now, 3))
    return values


def sums(values):
    return {key: Cell(len(all_), sum(all_), sum(one * one for one in all_)) for key, all_ in values.items()}


def test_an_effect_that_lasts_is_found_and_none_is_not():
    assert carried(sums(cells(0.3))).is_alarming
    found = carried(sums(cells(0)))
    assert found.df == 2
    assert found.p > 0.01


def test_with_one_new_arm_it_is_near_the_analysis_of_variance():
    values = {key: all_ for key, all_ in cells(0.1).items() if key[1] == 0}
    assert carried(sums(values)).p == pytest.approx(f_oneway(*values.values()).pvalue, rel=0.02)
