"""Where and since when units are missing."""

from __future__ import annotations

import random

import pytest
from scipy import stats

from experiments.debugging.balance import ALARM, HOUR, MOST, by_hour, by_value, diverged


def test_each_value_is_tested_against_the_weights_and_all_together_corrected():
    units = [("phone", arm) for arm in [0] * 60 + [1] * 40] + [("desktop", arm) for arm in [0] * 50 + [1] * 51]
    rows = {row["value"]: row for row in by_value(units, [1, 1])}
    for value, observed in {"phone": [60, 40], "desktop": [50, 51]}.items():
        assert rows[value]["observed"] == observed
        assert rows[value]["p"] == pytest.approx(stats.chisquare(observed).pvalue)
    assert rows["phone"]["p_adjusted"] == pytest.approx(2 * rows["phone"]["p"])
    assert rows["desktop"]["p_adjusted"] == pytest.approx(rows["desktop"]["p"])


def test_the_smaller_values_are_told_together():
    units = [(f"/{page}", arm) for page in range(MOST + 5) for arm in [0, 1] * (MOST + 6 - page)]
    rows = by_value(units, [1, 1])
    assert [row["value"] for row in rows] == [*(f"/{page}" for page in range(MOST)), None]
    assert sum(sum(row["observed"]) for row in rows) == len(units)


def test_the_first_diverging_hour_is_where_units_began_to_be_lost():
    """A third of one arm's is lost from hour 100 on."""
    chance, lost_from = random.Random(5), 100
    units = [(hour * HOUR + n, n % 2) for hour in range(200) for n in range(40)]
    kept = [(at, arm) for at, arm in units if at < lost_from * HOUR or arm == 0 or chance.random() < 2 / 3]
    assert diverged(by_hour(units, [1, 1])) is None
    found = diverged(by_hour(kept, [1, 1]))
    assert found is not None
    assert lost_from <= found // HOUR < lost_from + 60


def test_evidence_of_an_hour_is_that_of_all_units_up_to_its_end():
    rows = by_hour([(5, 0), (HOUR + 1, 0), (HOUR + 2, 1)], [1, 1])
    assert [row["observed"] for row in rows] == [[1, 0], [1, 1]]
    assert all(row["evidence"] < ALARM for row in rows)


def test_a_unit_of_an_arm_without_weight_alarms_at_once():
    assert diverged(by_hour([(7, 0), (3 * HOUR, 1), (5 * HOUR, 0)], [1, 0])) == 3 * HOUR


def test_of_nobody_there_is_nothing():
    assert by_value([], [1, 1]) == by_hour([], [1, 1]) == []
    assert diverged([]) is None
