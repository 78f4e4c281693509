"""The metrics that a site begins with can be measured, and docs/metrics.md says them as they are."""

import re

import pytest
from django.conf import settings

from events.metrics.facts import ATTEMPTS, ERRORS
from events.names import NAMES, NO_ACT
from experiments.metrics.checking import check
from experiments.metrics.words import said
from experiments.models import MetricVersion

ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.+?) \| (more|less) \| (\w+) \| (.+) \|$", re.MULTILINE)

pytestmark = pytest.mark.django_db


def newest(key: str) -> MetricVersion:
    return MetricVersion.objects.select_related("metric", "denominator").get(metric__key=key)


def test_each_can_be_measured():
    versions = MetricVersion.objects.select_related("metric", "denominator__metric")
    assert {version.kind for version in versions} == set(MetricVersion.Kind.values)
    for version in versions:
        check(version)
        version.metric.full_clean()


def test_the_error_rate_is_that_of_the_everyday_metrics():
    rate = newest("error-rate")
    assert rate.steps == (frozenset(ERRORS),)
    assert rate.denominator.steps == (frozenset({*ATTEMPTS, "submit_failed"}),)


def test_seen_is_any_event_but_those_that_happen_to_a_person_and_exposures():
    assert newest("seen-day-7").steps == (frozenset(NAMES) - NO_ACT,)


def test_the_published_table_says_them_as_they_are():
    text = (settings.ROOT / "docs" / "metrics.md").read_text().split("## Metrics of experiments")[1]
    versions = MetricVersion.objects.select_related("metric", "denominator__metric").filter(number=1)
    assert {row[0]: row for row in ROW.findall(text)} == {
        one.metric.key: (
            one.metric.key,
            one.metric.name,
            "more" if one.higher_is_better else "less",
            one.interference,
            said(one),
        )
        for one in versions
    }
