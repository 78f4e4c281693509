"""The worked case (bench/newcomers_push_story.py): what messages do to newcomers is found within its intervals."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest

from bench.newcomers_push_story import play
from bench.newcomers_push_truth import LIFTS
from events.models import Event
from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.planning import allotting

START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def _drawn_alike(monkeypatch):
    """By a seed that is the same in each run, so that one lucky draw does not make the test fail."""
    monkeypatch.setattr(Campaign._meta.get_field("seed"), "_get_default", lambda: "newcomers-push")


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_drawn_alike")
def test_the_hidden_lift_of_each_message_is_found_within_its_interval():
    told = play(daily=400, seed=2, start=START, tell=print)
    campaign = Campaign.objects.get()
    assert (campaign.coverage, campaign.holdout, campaign.variations.count()) == (4000, 2500, 3)
    assert (told["newcomers"], told["state"]) == (5600, "finished")

    rows = list(campaign.deliveries.all())
    assert 0.35 < len(rows) / told["newcomers"] < 0.45
    for row in rows:
        arm = allotting.arm(campaign, row.member_id)
        assert (row.held, row.variation) == (bool(arm.held), arm.variation)
    assert {row.state for row in rows} == {"sent", "held", "unsubscribed"}
    assert all(8 <= row.ended_at.hour < 22 for row in rows if row.state == Delivery.State.SENT)
    assert told["quiet"] > 0
    assert told["pushes"]["accepted"] == told["pushes"]["messages"] == told["channels"]["webpush"]
    assert told["pushes"]["refused"] == {}

    assert told["members"]["matured"] == len(rows)
    assert told["srm_p"] > 0.01
    assert told["lift"]["itt"]["sent"]["estimate"] == pytest.approx(_difference(rows), abs=1e-4)
    assert told["lift"]["triggered"]["answer"]["ci"][0] > 0
    for analysis in ("itt", "triggered"):
        assert list(told["lift"][analysis]) == ["sent", *LIFTS]
        for found in told["lift"][analysis].values():
            assert found["inside"]
            assert found["inside_sequence"]


def _difference(rows: list[Delivery]) -> float:
    """Of shares seen on day 3, counted by hand."""
    visits = defaultdict(list)
    for unit, at in Event.objects.filter(name="page_viewed").values_list("unit", "at"):
        visits[unit].append(at)
    seen: dict[bool, list[bool]] = {True: [], False: []}
    for row in rows:
        days = [(at - row.planned_at) // timedelta(days=1) for at in visits[row.member_id]]
        seen[row.held].append(3 in days)
    return fmean(seen[False]) - fmean(seen[True])
