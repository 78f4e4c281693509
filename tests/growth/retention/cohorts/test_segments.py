"""Cohorts of a segment's members, and of those who are in it beside those who are not."""

from datetime import UTC, datetime

import pytest

from growth.segments.models import Membership, Segment
from tests.growth.retention.cohorts.asking import counts, members, retention, told

THREE = told(
    "1 signed_up 2026-03-02T10:00",
    "2 signed_up 2026-03-02T11:00",
    "2 vote_cast 2026-03-03T11:00",
    "-4 signed_up 2026-03-02T11:00",
)


@pytest.fixture
def devoted(db):
    segment = Segment.objects.create(key="devoted", name="Devoted")
    Membership.objects.create(segment=segment, person=2, entered_at=datetime(2026, 3, 1, tzinfo=UTC))
    return segment


def test_a_segment_is_a_breakdown_and_a_filter(devoted):
    result = retention(THREE, breakdown="segment:devoted")
    assert {group["value"]: counts(group)["2026-03-02"] for group in result["groups"]} == {
        "no": [2, 0, 0, 0],
        "yes": [1, 0, 1, 0],
    }
    assert counts(retention(THREE, segment="devoted")) == {"2026-03-02": [1, 0, 1, 0]}
    assert members(THREE, {"group": "yes"}, breakdown="segment:devoted") == [2]
