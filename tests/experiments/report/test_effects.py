"""A metric's row of a report, from sums alone."""

import json
from datetime import timedelta

import numpy as np
import pytest

from experiments.report.effects import measured
from experiments.report.material import GUARDRAIL, PRIMARY, Arm, Cell, Material, Measure, Stretch
from experiments.stats import cuped, sequences
from experiments.stats.samples import Joint
from experiments.stats.sums import Sums
from tests.experiments.report.building_data import START


def row(kind, *cells, planned=1000, role=PRIMARY, margin=0.0, scale=1):
    measure = Measure(7, kind, role, kind, margin=margin, window=timedelta(days=7), scale=scale)
    material = Material(
        experiment=1,
        kind="ab",
        as_of=START,
        today=START.date(),
        phase=Stretch(1, 1, START, None, 1.0),
        arms=[Arm(index, str(index), str(index), 1) for index in range(len(cells))],
        measures=[measure],
        exposed=[],
        matured={(7, index): cell for index, cell in enumerate(cells)},
        waiting={},
        planned=planned,
    )
    (found,) = measured(material, measure, 1)["arms"]
    return found


def cell(y, x=None, d=None):
    zeros = np.zeros_like(y)
    x, d = zeros if x is None else x, zeros if d is None else d
    products = (y, y * y, x, x * x, x * y, d, d * d, y * d, x * d)
    return Cell(Sums(len(y), *(int(one.sum()) for one in products)), int((y > 0).sum()))


@pytest.mark.reference
@pytest.mark.parametrize("metric", ["retention_1", "retention_7"])
@pytest.mark.parametrize("planned", [5000, 90189])
def test_cookie_cats_from_sums_as_gbstats(reference, metric, planned):
    known = json.loads((reference / "conformance" / "gbstats" / "cookie_cats.json").read_text())["cookie_cats"]
    arms = [Cell(Sums(n, int(y), int(y)), int(y)) for n, y in zip(known["n"], known[metric]["sums"], strict=True)]
    found = row("conversion", *arms, planned=planned)
    for scale in ("absolute", "relative"):
        fixed, looked = (known[metric][name] for name in (f"welch_{scale}", f"asymptotic_cs_{scale}_N{planned}"))
        assert found[scale] == pytest.approx(fixed["expected"], rel=1e-9)
        assert found[f"{scale}_ci"] == pytest.approx(fixed["ci"], rel=1e-9)
        assert found["sequential"][scale]["ci"] == pytest.approx(looked["ci"], rel=1e-9)
        assert found["sequential"][scale]["p"] == pytest.approx(looked["pValue"], rel=1e-9)


def test_the_adjusted_effect_is_that_of_the_units():
    random = np.random.default_rng(6)
    x = random.poisson(900, (2, 500))
    y = x * 2 + random.poisson(100, (2, 500))
    found = row("sum", cell(y[0], x[0]), cell(y[1], x[1]), scale=100)["cuped"]
    assert found["theta"] == pytest.approx(np.cov(y.ravel(), x.ravel())[0, 1] / x.ravel().var(ddof=1))
    expected = cuped.compare(*(Joint.of_units(y[arm] / 100, x[arm] / 100) for arm in (0, 1)), found["theta"])
    assert found["absolute"] == pytest.approx(expected.absolute)
    assert found["relative_ci"] == pytest.approx(expected.relative_ci)
    assert found["variance_reduction"] > 0.95


def test_a_covariate_that_does_not_vary_adjusts_nothing():
    y = np.arange(50)
    assert row("count", cell(y, y * 0 + 7), cell(y + 3, y * 0 + 7))["cuped"] is None


@pytest.mark.parametrize("kind", ["count", "conversion", "ratio"])
def test_arms_without_units_are_too_few_of_every_kind(kind):
    found = row(kind, Cell(), Cell())
    assert (found["status"], found["sequential"], found["cuped"], found["mean"]) == ("too_few", None, None, None)


def test_harm_is_told_once_its_bound_leaves_the_margin():
    random = np.random.default_rng(2)
    y = [(random.random(4000) < share).astype(int) for share in (0.5, 0.4)]
    harm = row("conversion", cell(y[0]), cell(y[1]), role=GUARDRAIL, margin=0.05)["harm"]
    error = (harm["excess"] - harm["bound"]) / sequences.one_sided_reach(8000, planned=1000, alpha=0.01)
    expected = sequences.one_sided_p(harm["excess"], error, 8000, planned=1000, alpha=0.01)
    assert harm["harmed"]
    assert harm["p"] == pytest.approx(expected)
    assert harm["p"] < harm["level"] == 0.01
