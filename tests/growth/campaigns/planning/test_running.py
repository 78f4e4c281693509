"""What goes by the clock: the beginning, repetitions, what a worker that was down makes up for, and the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from growth.campaigns.models import Campaign, Delivery
from growth.campaigns.planning import acting, ending, running, scheduling
from tests.growth.campaigns import builders

pytestmark = pytest.mark.django_db
State = Campaign.State
MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)


def tick(now: datetime) -> None:
    """What the beat does, at `now`."""
    with time_machine.travel(now, tick=False):
        running.launch_due(now)
        running.freeze_due(now)
        running.repeat_due(now)


def send_all(campaign: Campaign) -> None:
    campaign.deliveries.filter(state="due", held=False).update(state="sent", ended_at=timezone.now())
    campaign.deliveries.filter(state="due").update(state="held", ended_at=timezone.now())


def test_what_is_approved_begins_at_its_time_and_not_before(alice):
    campaign = builders.approved(starts_at=MONDAY)
    tick(MONDAY - timedelta(seconds=1))
    assert not campaign.deliveries.exists()
    tick(MONDAY)
    campaign.refresh_from_db()
    assert campaign.state == State.RUNNING
    assert campaign.deliveries.get().planned_at == MONDAY
    assert campaign.changes.get(act="launched").by is None


def test_without_a_time_it_waits_for_somebody_to_launch_it(alice):
    campaign = builders.approved()
    tick(MONDAY)
    campaign.refresh_from_db()
    assert campaign.state == State.SCHEDULED
    acting.schedule(campaign, by=alice, at=MONDAY)
    tick(MONDAY)
    assert campaign.deliveries.exists()


def test_what_lacks_something_when_its_time_comes_is_a_draft_again_and_says_why(alice):
    campaign = builders.approved(starts_at=MONDAY)
    campaign.variations.update(weight=0)
    tick(MONDAY)
    tick(MONDAY)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.approved_by) == (State.DRAFT, None)
    assert "weight" in campaign.changes.get(act="sent back").why


def test_at_members_clocks_it_is_frozen_before_the_first_of_them_is_due(alice, bob):
    bob.time_zone = "Pacific/Kiritimati"
    bob.save()
    campaign = builders.approved(starts_at=MONDAY, local_time=True)
    tick(MONDAY - timedelta(hours=14, seconds=1))
    assert not campaign.deliveries.exists()
    tick(MONDAY - timedelta(hours=14))
    due = dict(campaign.deliveries.values_list("member", "planned_at"))
    assert due == {alice.pk: MONDAY, bob.pk: MONDAY - timedelta(hours=14)}


def test_a_repetition_goes_out_once_a_week_and_the_next_is_known_when_one_is_frozen(alice):
    campaign = builders.approved(starts_at=MONDAY, repeat="weekly")
    for day in range(15):
        tick(MONDAY + timedelta(days=day))
    assert list(campaign.deliveries.order_by("pk").values_list("occurrence", "planned_at")) == [
        (week, MONDAY + timedelta(weeks=week)) for week in range(3)
    ]
    assert campaign.occurrences.get(number=3).at == MONDAY + timedelta(weeks=3)


def test_runs_that_were_missed_are_made_up_for_once(alice):
    campaign = builders.approved(starts_at=MONDAY, repeat="daily")
    tick(MONDAY)
    back = MONDAY + timedelta(days=5, hours=3)
    for _ in range(4):
        tick(back)
    numbers = list(campaign.deliveries.order_by("pk").values_list("occurrence", "planned_at"))
    assert numbers == [(0, MONDAY), (1, back)]  # the one that stood waiting
    assert campaign.occurrences.get(number=2).at == MONDAY + timedelta(days=6)


def test_no_occurrence_is_made_after_the_end(alice):
    campaign = builders.approved(starts_at=MONDAY, repeat="daily", ends_at=MONDAY + timedelta(days=1, hours=1))
    for day in range(4):
        tick(MONDAY + timedelta(days=day))
    assert campaign.occurrences.count() == 2


@override_settings(TIME_ZONE="Europe/Berlin")
def test_a_repetition_keeps_the_hour_of_the_site_when_clocks_change(alice):
    timezone.get_default_timezone.cache_clear()
    begin = datetime(2026, 3, 27, 8, tzinfo=UTC)  # nine in Berlin
    campaign = builders.launched(starts_at=begin, repeat="daily", now=begin)
    for _ in range(3):
        campaign.occurrences.update(frozen_at=begin)
        scheduling.add_next(campaign, now=begin)
    assert [row.at.hour for row in campaign.occurrences.order_by("number")] == [8, 8, 7, 7]


def test_one_that_fails_leaves_the_others_alone(alice, caplog, monkeypatch):
    first, second = builders.approved(starts_at=MONDAY), builders.approved(starts_at=MONDAY)
    freeze = running.freezing.freeze

    def failing(occurrence, **given):
        if occurrence.campaign_id == second.pk:
            raise RuntimeError("no room")
        return freeze(occurrence, **given)

    monkeypatch.setattr(running.freezing, "freeze", failing)
    tick(MONDAY)
    assert first.deliveries.exists()
    assert "no room" in caplog.text


def test_a_broadcast_is_finished_when_nothing_is_left_to_send(alice, bob):
    campaign = builders.approved(starts_at=MONDAY)
    tick(MONDAY)
    assert ending.finish_done(MONDAY) == 0
    send_all(campaign)
    assert ending.finish_done(MONDAY) == 1
    campaign.refresh_from_db()
    assert (campaign.state, campaign.occurrences.get().finished_at) == (State.FINISHED, MONDAY)


def test_what_repeats_is_finished_at_its_end_alone(alice):
    campaign = builders.approved(starts_at=MONDAY, repeat="daily", ends_at=MONDAY + timedelta(hours=30))
    tick(MONDAY)
    send_all(campaign)
    assert ending.finish_done(MONDAY) == 0
    tick(MONDAY + timedelta(days=1))
    send_all(campaign)
    assert ending.finish_done(MONDAY + timedelta(hours=29)) == 0
    assert ending.finish_done(MONDAY + timedelta(hours=31)) == 1


def test_what_a_cancelled_campaign_has_not_sent_is_cancelled_and_what_it_has_stays(alice, bob, carol, monkeypatch):
    monkeypatch.setattr(ending, "SLICE", 1)
    campaign = builders.approved(starts_at=MONDAY, holdout=0)
    tick(MONDAY)
    campaign.deliveries.filter(member=bob).update(state="sent", ended_at=MONDAY)
    acting.cancel(campaign, by=alice)
    assert ending.cancel_rest(MONDAY) == 2
    rows = {row.member: (row.state, row.reason) for row in Delivery.objects.filter(campaign=campaign)}
    cancelled = ("cancelled", "campaign_cancelled")
    assert rows == {alice: cancelled, bob: ("sent", ""), carol: cancelled}
    assert ending.cancel_rest(MONDAY) == 0
