"""Sample-ratio mismatch."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.stats import balance


def test_it_is_pearsons_test():
    found = balance.check({"a": 480, "b": 520, "c": 1003}, {"a": 1, "b": 1, "c": 2})
    expected = stats.chisquare([480, 520, 1003], [500.75, 500.75, 1001.5])
    assert (found.chi2, found.p) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))
    assert (found.df, found.status) == (2, "ok")


def test_an_arm_without_weight_counts_in_no_degree_of_freedom():
    assert balance.check({"a": 500, "b": 500, "c": 0}, {"a": 1, "b": 1, "c": 0}).df == 1


def test_one_unit_where_none_should_be_fails_by_itself():
    assert balance.check({"a": 500, "b": 500, "c": 1}, {"a": 1, "b": 1, "c": 0}).status == "fail"


def test_warning_comes_before_failure():
    assert balance.check({"a": 44700, "b": 45489}, {"a": 1, "b": 1}).status == "warn"
    assert balance.check({"a": 44000, "b": 45489}, {"a": 1, "b": 1}).status == "fail"


def test_evidence_rarely_passes_the_level_when_there_is_no_mismatch():
    random = np.random.default_rng(3)
    passed = 0
    for _ in range(400):
        ones = np.cumsum(random.random(2000) < 0.5)[::100]
        seen = range(1, 2001, 100)
        passed += any(
            balance.log_evidence({"a": int(a), "b": n - int(a)}, {"a": 1, "b": 1}) > math.log(1 / 0.05)
            for a, n in zip(ones, seen, strict=True)
        )
    assert passed / 400 < 0.05


def test_evidence_finds_a_mismatch():
    assert balance.log_evidence({"a": 5300, "b": 4700}, {"a": 1, "b": 1}) > math.log(1 / 0.0005)
    assert balance.log_evidence({"a": 1, "b": 1}, {"a": 1, "b": 0}) == math.inf
