"""Groups, each against its own control: corrected together, and whether they differ at all."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.report.groups import MOST, OTHERS, compared
from experiments.report.material import Cell, Measure
from experiments.stats.sums import Sums

KEPT = Measure(version=1, name="kept", role="primary", kind="conversion")
MUTED = Measure(version=2, name="muted", role="guardrail", kind="conversion", higher_is_better=False)


def share(n, y):
    return Cell(Sums(n, y, y), y)


def told(rows, measure=KEPT, **options):
    """`rows`: by group, (n, y) of each arm."""
    cells = {(name, arm): share(*pair) for name, pairs in rows.items() for arm, pair in enumerate(pairs)}
    return compared(cells, measure, arms=max(map(len, rows.values())), **options)


def test_each_group_is_compared_with_its_own_control_and_corrected_for_all():
    found = told(
        {"phone": [(2000, 600), (2000, 760)], "desktop": [(3000, 1500), (3000, 1530)], "": [(50, 20), (50, 21)]}
    )
    assert list(found.units.items()) == [("desktop", 6000), ("phone", 4000), ("", 100)]
    phone = found.contrasts[1]
    assert phone.effect.relative == pytest.approx(760 / 600 - 1)
    error = math.sqrt((0.3 * 0.7 + 0.38 * 0.62) / 2000)
    assert phone.effect.p == pytest.approx(2 * stats.norm.sf(0.08 / error), rel=0.1)  # of the normal, for Welch's t
    assert phone.p_adjusted == pytest.approx(3 * phone.effect.p)
    assert found.most_gaining() is phone


def test_a_gain_that_the_correction_takes_back_is_not_named():
    lucky = {"lucky": [(1000, 300), (1000, 345)]}
    assert told(lucky).most_gaining().group == "lucky"
    assert told(lucky | {f"g{n}": [(900, 300), (900, 300)] for n in range(9)}).most_gaining() is None


def test_of_a_metric_where_less_is_better_the_gain_is_the_fall():
    found = told({"phone": [(2000, 800), (2000, 600)], "desktop": [(2000, 500), (2000, 700)]}, MUTED)
    assert found.most_gaining().group == "phone"
    assert found.gain(found.most_gaining()) == pytest.approx(0.25)


def test_whether_effects_differ_is_cochrans_q():
    same = told({"a": [(1000, 300), (1000, 400)], "b": [(1000, 300), (1000, 400)]})
    assert same.differ[1].chi2 == pytest.approx(0)
    other = told({"a": [(1000, 300), (1000, 400)], "b": [(1000, 300), (1000, 300)]})
    one, two = (contrast.effect for contrast in other.contrasts)
    z = (one.absolute - two.absolute) / math.hypot(one.absolute_se, two.absolute_se)
    assert (other.differ[1].chi2, other.differ[1].df) == (pytest.approx(z**2), 1)
    assert other.differ[1].p == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_what_is_too_small_or_does_not_vary_says_nothing():
    found = told({"a": [(1, 1), (1, 0)], "b": [(9, 0), (9, 0)], "c": [(0, 0), (5, 1)]})
    assert [one.effect.status for one in found.contrasts] == ["ok", "too_few", "too_few"]
    assert [one.p_adjusted for one in found.contrasts] == [1.0, None, None]
    assert (found.most_gaining(), found.differ[1].p) == (None, 1.0)
    assert told({"": [(0, 0), (0, 0)]}).most_gaining() is None


def test_beyond_the_largest_the_others_are_one_and_last():
    found = told({f"g{n:02}": [(100 + n, 30), (100, 30)] for n in range(MOST + 3)})
    assert list(found.units)[:2] == ["g22", "g21"]
    assert (list(found.units)[-1], found.units[OTHERS], len(found.units)) == (OTHERS, 603, MOST + 1)


@given(st.lists(st.tuples(st.integers(2, 500), st.integers(2, 500), st.floats(0.1, 0.9)), min_size=1, max_size=25))
def test_units_are_kept_and_no_correction_makes_a_p_smaller(groups):
    rows = {str(n): [(a, int(a * share)), (b, int(b * share))] for n, (a, b, share) in enumerate(groups)}
    found = told(rows)
    assert sum(found.units.values()) == sum(a + b for a, b, _ in groups)
    assert all(one.p_adjusted >= one.effect.p for one in found.contrasts if one.effect.p is not None)


def test_of_no_true_difference_one_is_named_as_seldom_as_alpha_says():
    random = np.random.default_rng(5)
    named = sum(
        told({str(g): [(400, y) for y in random.binomial(400, 0.3, 2)] for g in range(6)}).most_gaining() is not None
        for _ in range(200)
    )
    assert named <= 200 * 0.025 + 3 * math.sqrt(200 * 0.025 * 0.975)  # gains are half of the differences
