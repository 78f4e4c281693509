"""A definition reads as one sentence."""

import pytest
from django.utils.translation import override

from experiments.metrics.defining import define
from experiments.metrics.words import said, window
from experiments.models import MetricVersion

pytestmark = pytest.mark.django_db


def one(**definition) -> MetricVersion:
    return define("one", name="One", by=None, **{"events": "vote_cast", "kind": "count", **definition})


def test_a_count_is_said_with_its_filter_and_cap():
    version = one(
        events="vote_cast|bookmarked",
        where={"value": {"$gt": 0, "$exists": True}, "source": "web", "device": {"$in": ["phone", "tablet"]}},
        window_hours=36,
        cap=2.5,
    )
    assert said(version) == (
        "How many vote_cast or bookmarked (value > 0, value given, source = web, device ∈ phone, tablet) a unit has "
        "within 36 hours of the first exposure. A unit counts for no more than 2.5."
    )


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, "so far since the first exposure"),
        (1, "within 1 hour of the first exposure"),
        (24, "within 1 day of the first exposure"),
        (168, "within 7 days of the first exposure"),
        (25, "within 25 hours of the first exposure"),
    ],
)
def test_a_window_is_said_in_days_where_it_has_whole_ones(hours, words):
    assert window(one(window_hours=hours)) == words


def test_the_other_kinds_are_said():
    assert said(one(kind="retention", day=7)) == (
        "The share of units with vote_cast in the 24 hours that begin 7 × 24 hours after the first exposure."
    )
    define("two", name="Two", by=None, kind="funnel", events="page_viewed, vote_cast", window_hours=24)
    funnel = MetricVersion.objects.get(metric__key="two")
    assert "page_viewed → vote_cast, within 1 day" in said(funnel)


def test_a_ratio_names_what_it_is_divided_by():
    below = one()
    rate = define("rate", name="Rate", by=None, kind="ratio", events="undone", denominator=below)
    assert said(rate) == "All undone so far since the first exposure, divided by “One”."


@pytest.mark.parametrize("kind", MetricVersion.Kind.values)
def test_each_kind_is_said_in_chinese(kind):
    version = MetricVersion.objects.select_related("denominator__metric").filter(kind=kind)[0]
    with override("zh-hans"):
        words = said(version)
    assert words.endswith("。")
    assert version.events.split("|")[0].split(",")[0] in words
