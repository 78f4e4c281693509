"""The metrics in words, and the page that publishes them."""

import re

from django.conf import settings

from events.metrics import METRICS, Per, Unit
from events.metrics.facts import FACTS

ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (\w+)s ÷ (\w+)s \| (more|less) \| (.+) \|$", re.MULTILINE)


def test_each_metric_has_its_facts():
    assert list(FACTS) == list(METRICS)


def test_the_published_definitions_are_the_declared_ones():
    published = ROW.findall((settings.ROOT / "docs" / "metrics.md").read_text().split("## Everyday metrics")[1])
    assert published == [
        (one.key, one.unit, one.numerator, one.denominator, "more" if one.up_is_good else "less", str(one.definition))
        for one in METRICS.values()
    ]


def test_a_share_is_of_like_things():
    for one in METRICS.values():
        if one.unit is Unit.SHARE:
            assert one.numerator == one.denominator != Per.DAY
