"""What makes numbers unbelievable is found, and what does not is not."""

from datetime import timedelta

import numpy as np
import pytest

from experiments.stats.balance import log_evidence
from tests.experiments.report.building_data import START, build, drawn, experiment, fill, metric

pytestmark = pytest.mark.django_db

AS_OF = START + timedelta(days=20)


def body_of(units, *, flipped=0, x=None, weights=None):
    version = metric("kept")
    made = experiment(versions={version: "primary"}, weights=weights)
    units.y = {"kept": np.zeros(len(units.arm), dtype=np.int64)}
    units.x = {"kept": x} if x is not None else {}
    fill(made, units, {"kept": version}, flipped=flipped)
    return build(made.pk, AS_OF)


def test_arms_as_they_were_promised_are_healthy():
    health = body_of(drawn(2000))["health"]
    assert [health[name]["status"] for name in ("srm", "flips", "bias")] == ["ok", "ok", "ok"]
    assert health["srm"]["observed"] == [1000, 1000]
    assert health["srm"]["p"] == 1


def test_a_mismatch_is_unhealthy_by_chi_square_and_stops_only_by_the_e_process():
    units = drawn(2000)
    units.arm = (np.arange(2000) < 925).astype(int)  # χ² = 11.25
    body = body_of(units)
    assert body["health"]["srm"]["p"] == pytest.approx(0.000796, rel=1e-3)
    assert (body["verdict"]["kind"], body["verdict"]["stop"]) == ("unhealthy", "")
    assert not body["health"]["srm"]["mismatched"]


def test_the_e_process_stops_a_broken_assignment():
    units = drawn(2000)
    units.arm = (np.arange(2000) < 800).astype(int)
    body = body_of(units)
    assert body["health"]["srm"]["log_evidence"] == pytest.approx(log_evidence({"0": 1200, "1": 800}, {"0": 1, "1": 1}))
    assert body["health"]["srm"]["log_evidence"] > np.log(2000)
    assert body["verdict"]["stop"] == "srm"


def test_units_of_an_arm_without_a_weight_are_a_mismatch():
    body = body_of(drawn(100), weights=[1, 0])
    assert (body["health"]["srm"]["status"], body["verdict"]["stop"]) == ("fail", "srm")


@pytest.mark.parametrize(("flipped", "status"), [(10, "ok"), (11, "fail")])
def test_flips_above_one_percent_are_unhealthy(flipped, status):
    health = body_of(drawn(1980), flipped=flipped)["health"]
    assert health["flips"]["flipped"] == 2 * flipped
    assert health["flips"]["status"] == status


def test_arms_that_differed_before_they_were_exposed_are_biased():
    units = drawn(4000)
    random = np.random.default_rng(2)
    body = body_of(units, x=random.poisson(4 + 0.5 * units.arm))
    assert [one["arm"] for one in body["health"]["bias"]["found"]] == [1]
    assert body["verdict"]["reasons"] == [{"code": "bias"}]


def test_units_are_told_by_day_and_arm():
    body = body_of(drawn(2000, days=3))
    assert [day for day, *_ in body["health"]["exposures"]] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert sum(sum(units) for _, *units in body["health"]["exposures"]) == 2000
