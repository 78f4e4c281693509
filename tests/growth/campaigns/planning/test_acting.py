"""The life of a campaign: which act follows which, and what is written down of each."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from django.utils import timezone

from experiments.models import Metric, MetricVersion
from growth.campaigns.models import Campaign, CampaignChange
from growth.campaigns.planning import acting, creating
from tests.growth.campaigns import builders

pytestmark = pytest.mark.django_db
State = Campaign.State


def acts(campaign: Campaign) -> list[str]:
    return list(campaign.changes.order_by("pk").values_list("act", flat=True))


def test_a_campaign_goes_from_draft_to_its_end_and_every_act_is_kept(alice, bob):
    campaign = builders.campaign(by=alice)
    acting.submit(campaign, by=alice)
    acting.approve(campaign, by=bob)
    acting.launch(campaign, by=alice)
    acting.pause(campaign, by=None, why="too many errors")
    assert (campaign.state, campaign.paused_why) == (State.PAUSED, "too many errors")
    acting.resume(campaign, by=alice)
    assert (campaign.state, campaign.paused_why) == (State.RUNNING, "")
    acting.finish(campaign, by=alice)
    assert campaign.finished_at
    assert acts(campaign) == ["created", "submitted", "approved", "launched", "paused", "resumed", "finished"]
    paused = campaign.changes.get(act="paused")
    assert (paused.by, paused.why, paused.after["state"]) == (None, "too many errors", "paused")


VERBS = {
    "submit": {State.DRAFT},
    "approve": {State.REVIEW},
    "launch": {State.SCHEDULED},
    "pause": {State.RUNNING},
    "resume": {State.PAUSED},
    "finish": {State.RUNNING, State.PAUSED},
    "stop_test": {State.RUNNING, State.PAUSED},
    "cancel": set(State) - {State.FINISHED, State.CANCELLED},
    "send_back": {State.REVIEW, State.SCHEDULED},
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_act_is_refused_in_every_state_but_its_own(verb):
    campaign = builders.campaign()
    for state in set(State) - VERBS[verb]:
        Campaign.objects.filter(pk=campaign.pk).update(state=state)
        with pytest.raises(ValidationError, match="for this it must be"):
            getattr(acting, verb)(campaign, by=None, why="because")
    assert acts(campaign) == ["created"]


@pytest.mark.parametrize("wrote", ["created", "changed", "submitted"])
def test_who_wrote_any_of_it_does_not_approve_it(wrote, alice, bob):
    by = {"created": None, "changed": None, "submitted": None, wrote: alice}
    campaign = builders.campaign(by=by["created"])
    creating.change(campaign, by=by["changed"], name="Other")
    acting.submit(campaign, by=by["submitted"])
    with pytest.raises(ValidationError, match="somebody else approves"):
        acting.approve(campaign, by=alice)
    assert acting.approve(campaign, by=bob).approved_by == bob


def test_what_was_changed_after_it_was_looked_at_is_not_approved(alice, bob):
    campaign = builders.campaign(by=alice)
    acting.submit(campaign, by=alice)
    seen = acting.last_change(campaign)
    creating.change(campaign, by=alice, name="Other")
    acting.submit(campaign, by=alice)
    with pytest.raises(ValidationError, match="look again"):
        acting.approve(campaign, by=bob, seen=seen)
    acting.approve(campaign, by=bob, seen=acting.last_change(campaign))


def test_what_is_not_complete_is_not_submitted():
    campaign = builders.campaign(channels=[], variations=[])
    with pytest.raises(ValidationError) as refused:
        acting.submit(campaign, by=None)
    assert set(refused.value.message_dict) == {"channels", "variations"}


def test_a_trigger_that_nothing_pulls_is_refused():
    unknown = builders.campaign(kind="triggered", trigger="event", trigger_event="no_such_thing")
    with pytest.raises(ValidationError, match="no_such_thing"):
        acting.submit(unknown, by=None)
    nowhere = builders.campaign(kind="triggered", trigger="segment", repeat="daily")
    with pytest.raises(ValidationError) as refused:
        acting.submit(nowhere, by=None)
    assert set(refused.value.message_dict) == {"segment", "repeat"}


def test_what_is_changed_after_it_was_approved_is_a_draft_again(alice):
    campaign = builders.approved()
    creating.change(campaign, by=alice, name="Other words")
    assert (campaign.state, campaign.approved_by, campaign.name) == (State.DRAFT, None, "Other words")


def test_once_it_runs_nobody_changes_whom_it_holds_back_or_what_it_says():
    campaign = builders.launched()
    for fields in ({"holdout": 0}, {"coverage": 5}, {"variations": [{"key": "other"}]}, {"segment": None}):
        with pytest.raises(ValidationError, match="stays as it was"):
            creating.change(campaign, by=None, **fields)
    creating.change(campaign, by=None, per_second=50)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.per_second, campaign.holdout) == (State.RUNNING, 50, 1000)


def test_two_variations_of_one_key_are_refused():
    with pytest.raises(ValidationError, match="same key"):
        builders.campaign(variations=[{"key": "a"}, {"key": "a"}])
    with pytest.raises(ValidationError, match="Small letters"):
        builders.campaign(variations=[{"key": "Not a key"}])


def test_a_clone_is_a_draft_of_its_own(alice):
    campaign = builders.launched(variations=[{"key": "a", "weight": 3}, {"key": "b"}], starts_at=timezone.now())
    copy = creating.clone(campaign, by=alice, key="again")
    assert (copy.state, copy.starts_at, copy.created_by, copy.read_to) == (State.DRAFT, None, alice, None)
    assert copy.seed != campaign.seed
    assert list(copy.variations.values_list("key", "weight")) == [("a", 3), ("b", 1)]


def test_a_test_is_stopped_once_for_a_winner_or_for_good():
    campaign = builders.launched(variations=[{"key": "a"}, {"key": "b"}])
    with pytest.raises(ValidationError, match="no such variation"):
        acting.stop_test(campaign, by=None, why="b is better", winner=2)
    acting.stop_test(campaign, by=None, why="b is better", winner=1)
    assert (campaign.state, campaign.winner) == (State.RUNNING, 1)
    with pytest.raises(ValidationError, match="before"):
        acting.stop_test(campaign, by=None, why="again", winner=0)
    harmful = builders.launched()
    acting.stop_test(harmful, by=None, why="complaints")
    assert harmful.state == State.FINISHED


def test_history_cannot_be_rewritten():
    campaign = builders.campaign()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        CampaignChange.objects.filter(campaign=campaign).update(why="another")


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"kind": "quantile", "quantile": 0.5, "window_hours": 24}, "not of sums"), ({"kind": "conversion"}, "no window")],
)
def test_a_goal_by_which_no_lift_can_be_told_is_refused(fields, words):
    metric = Metric.objects.create(key="goal", name="Goal")
    goal = MetricVersion.objects.create(metric=metric, number=1, events="followed", **fields)
    with pytest.raises(ValidationError, match=words):
        acting.submit(builders.campaign(goal=goal), by=None)
