"""A report's numbers are those of the units themselves, by the engine of `analyze_csv`."""

from datetime import timedelta

import numpy as np
import pytest

from experiments.analysis import Metric as Column
from experiments.analysis import Plan, analyse
from experiments.tables import Table
from tests.experiments.report.building_data import START, build, drawn, experiment, fill, metric

pytestmark = pytest.mark.django_db

AS_OF = START + timedelta(days=20)
SHARED = ("absolute", "absolute_se", "absolute_ci", "p", "relative", "relative_se", "relative_ci", "relative_p", "df")


@pytest.fixture
def three_arms():
    """6,000 units of three arms with a share, a mean with a covariate and a ratio."""
    random = np.random.default_rng(7)
    units = drawn(6000, arms=3, days=12)
    before = random.poisson(4, 6000)
    units.y = {
        "kept": (random.random(6000) < 0.2 + 0.03 * (units.arm == 1)).astype(np.int64),
        "seconds": random.poisson(900 + 100 * before + 50 * (units.arm == 2)).astype(np.int64),
        "rate": random.poisson(3, 6000),
    }
    units.x = {"seconds": before * 100}
    units.d = {"rate": random.poisson(5, 6000) + 1}
    versions = {
        "kept": metric("kept"),
        "seconds": metric("seconds", kind="sum"),
        "rate": metric("rate", kind="ratio", denominator=metric("opportunities", kind="count")),
    }
    roles = dict(zip(versions.values(), ("primary", "secondary", "guardrail"), strict=True))
    made = experiment(versions=roles, arms=("a", "b", "c"), planned_units=9000)
    fill(made, units, versions)
    return made, units


def analysed(units, *metrics, covariate="", scale=1, **columns):
    names = np.array(["a", "b", "c"])[units.arm]
    table = Table(names, {key: np.asarray(values, dtype=float) / scale for key, values in columns.items()})
    return analyse(table, Plan("a", [Column(*one) for one in metrics], covariate, sequential=6000))["metrics"]


def same(row, expected):
    for key in SHARED:
        assert row[key] == pytest.approx(expected[key], rel=1e-9), key
    assert row["n"] == expected["n"]
    assert row["mean"] == pytest.approx(expected["mean"], rel=1e-12)
    for scale in ("absolute", "relative"):
        assert row["sequential"][scale]["ci"] == pytest.approx(expected["sequential"][scale]["ci"], rel=1e-9)
        assert row["sequential"][scale]["p"] == pytest.approx(expected["sequential"][scale]["p"], rel=1e-9)


def rows_of(made, name):
    return next(one for one in build(made.pk, AS_OF)["metrics"] if one["name"] == name)["arms"]


def test_a_share_is_as_analyze_csv_has_it(three_arms):
    made, units = three_arms
    expected = analysed(units, ("kept", "proportion"), kept=units.y["kept"])
    for row, one in zip(rows_of(made, "kept"), expected, strict=True):
        same(row, one)


def test_a_mean_and_its_adjustment_are_as_analyze_csv_has_them(three_arms):
    made, units = three_arms
    y, x = units.y["seconds"], units.x["seconds"]
    expected = analysed(units, ("seconds", "mean"), covariate="x", scale=1000, seconds=y, x=x)
    for row, one in zip(rows_of(made, "seconds"), expected, strict=True):
        same(row, one)
        for key in (*SHARED, "theta", "correlation", "variance_reduction"):
            assert row["cuped"][key] == pytest.approx(one["cuped"][key], rel=1e-9), key


def test_a_ratio_is_as_analyze_csv_has_it(three_arms):
    made, units = three_arms
    expected = analysed(units, ("y", "ratio", "d"), y=units.y["rate"], d=units.d["rate"])
    for row, one in zip(rows_of(made, "rate"), expected, strict=True):
        same(row, one)


def test_p_values_of_the_arms_are_one_family_by_holm_and_of_other_goals_another(three_arms):
    made, units = three_arms
    body = build(made.pk, AS_OF)
    assert body["family"] == {"primary": 2, "secondary": 2}
    for name in ("kept", "seconds"):
        order = sorted(rows_of(made, name), key=lambda row: row["p"])
        assert order[0]["p_adjusted"] == pytest.approx(min(1, 2 * order[0]["p"]))
        assert order[1]["p_adjusted"] == pytest.approx(max(order[0]["p_adjusted"], order[1]["p"]))


def test_goals_that_go_while_it_runs_leave_the_primary_as_it_was(three_arms):
    made, units = three_arms
    before = rows_of(made, "kept")
    made.metrics.filter(role="secondary").delete()
    assert rows_of(made, "kept") == before


def test_what_has_no_window_is_no_test_of_a_family(three_arms):
    made, units = three_arms
    made.metrics.create(version=metric("ever", kind="count", window_hours=None), role="secondary", position=9)
    assert build(made.pk, AS_OF)["family"]["secondary"] == 2
    assert {row["p_adjusted"] for row in rows_of(made, "ever")} == {None}
