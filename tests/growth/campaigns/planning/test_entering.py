"""Members enter triggered campaigns: by each cause once, as often as the rule says, whoever reads at the same time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from events.context import Context
from events.record import record
from experiments.models import Metric, MetricVersion
from growth.campaigns.models import Campaign, Entry
from growth.campaigns.planning import acting, allotting, entering, triggering
from tests.growth.campaigns import builders
from tests.growth.campaigns.planning.test_freezing import segment_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def triggered(**fields: object) -> Campaign:
    return builders.launched(**{"kind": "triggered", "trigger": "api", "holdout": 0, **fields})


def on_answers(**fields: object) -> Campaign:
    return triggered(trigger="event", trigger_event="answer_posted", **fields)


def read(campaign: Campaign) -> int:
    """All events there are, also those of the test's own transaction, which is not over."""
    return triggering.let_in(campaign, 0, triggering.FURTHEST, now=timezone.now())


def answer(member: int, **fields: object) -> None:
    record("answer_posted", unit=member, object=("post", 1), **fields)


def test_who_enters_is_due_after_the_delay_and_says_why(alice):
    campaign = triggered(delay=timedelta(hours=2), expires_after=timedelta(hours=1))
    assert entering.enter(campaign, [alice.pk], keys=["api:1"], data={"plan": "gold"}, now=NOON) == 1
    row = campaign.deliveries.get()
    assert (row.member, row.occurrence, row.planned_at) == (alice, 0, NOON + timedelta(hours=2))
    assert (row.expires_at, row.why) == (NOON + timedelta(hours=3), {"trigger": "api", "cause": "api:1"})
    assert campaign.entries.get().data == {"plan": "gold"}


def test_the_same_cause_counts_once_and_each_of_two_members_has_their_own(alice, bob):
    campaign = triggered(reentry="always")
    assert entering.enter(campaign, [alice.pk, alice.pk, bob.pk], keys=["api:1"] * 3) == 2
    assert entering.enter(campaign, [alice.pk], keys=["api:1"]) == 0
    assert entering.enter(campaign, [alice.pk], keys=["api:2"]) == 1
    assert sorted(campaign.deliveries.values_list("member", "occurrence")) == [
        (alice.pk, 0),
        (alice.pk, 1),
        (bob.pk, 0),
    ]


@pytest.mark.parametrize(
    ("rule", "entered"),
    [({"reentry": "never"}, 1), ({"reentry": "after", "reentry_days": 7}, 2), ({"reentry": "always"}, 5)],
)
def test_the_rule_of_re_entry(alice, rule, entered):
    """At once, at once again, after six days, after seven (the first entry counts), after eight."""
    campaign = triggered(**rule)
    days = [0, 0, 6, 7, 8]
    for number, day in enumerate(days):
        entering.enter(campaign, [alice.pk], keys=[f"api:{number}"], now=NOON + timedelta(days=day))
    assert campaign.entries.count() == entered == campaign.deliveries.count()


def test_of_several_causes_at_once_all_count_where_every_time_does(alice):
    every, once = triggered(reentry="always"), triggered()
    keys = ["api:1", "api:2", "api:3"]
    assert entering.enter(every, [alice.pk] * 3, keys=keys) == 3
    assert entering.enter(once, [alice.pk] * 3, keys=keys) == 1
    assert list(every.entries.order_by("number").values_list("number", "key")) == list(enumerate(keys))
    assert once.entries.get().key == "api:1"


def test_who_is_held_back_is_held_back_at_every_entry(member_named):
    members = [member_named(f"m{n}").pk for n in range(12)]
    campaign = triggered(reentry="always", holdout=5000)
    for turn in range(3):
        entering.enter(campaign, members, keys=[f"api:{turn}"] * 12)
    held = {member for member in members if allotting.arm(campaign, member).held}
    assert 0 < len(held) < 12
    for turn in range(3):
        rows = campaign.deliveries.filter(occurrence=turn, held=True)
        assert set(rows.values_list("member", flat=True)) == held


def test_nobody_enters_what_is_no_trigger_does_not_run_or_has_ended(alice):
    ended = triggered(ends_at=timezone.now() + timedelta(days=1))
    for campaign, words in [
        (builders.launched(), "broadcast"),
        (builders.approved(kind="triggered", trigger="api"), "must be"),
    ]:
        with pytest.raises(ValidationError, match=words):
            entering.enter(campaign, [alice.pk], keys=["api:1"])
    with pytest.raises(ValidationError, match="ended"):
        entering.enter(ended, [alice.pk], keys=["api:1"], now=timezone.now() + timedelta(days=2))


def test_of_a_campaign_for_a_segment_only_its_members_enter(alice, bob, member_named):
    gone = member_named("gone", is_active=False)
    campaign = triggered(segment=segment_of(alice, gone))
    assert entering.enter(campaign, [alice.pk, bob.pk, gone.pk, 10**9], keys=["api:1"] * 4) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_threads_with_the_same_and_other_causes_enter_each_once(alice, bob):
    """Four threads let both members in by ten causes each, all in another order."""
    campaign = triggered(reentry="always")

    def work(turn: int) -> None:
        for number in range(10):
            key = f"api:{(number * 3 + turn) % 10}"
            entering.enter(campaign, [alice.pk, bob.pk], keys=[key, key])
        connection.close()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for member in (alice, bob):
        rows = Entry.objects.filter(member=member)
        assert sorted(rows.values_list("key", flat=True)) == [f"api:{n}" for n in range(10)]
        assert sorted(rows.values_list("number", flat=True)) == list(range(10))
    assert campaign.deliveries.count() == 20


def test_an_event_lets_its_member_in_once_however_often_it_is_read(alice, bob):
    campaign = on_answers(reentry="always")
    answer(alice.pk)
    record("bookmarked", unit=bob.pk, object=("post", 1))
    answer(-7)
    assert [read(campaign), read(campaign)] == [1, 0]
    assert list(campaign.deliveries.values_list("member", "occurrence")) == [(alice.pk, 0)]


def test_history_imports_and_stale_events_let_nobody_in(alice):
    answer(alice.pk)
    campaign = on_answers()
    answer(alice.pk, context=Context(source="import"))
    answer(alice.pk, at=timezone.now() - timedelta(days=2))
    assert read(campaign) == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_readers_and_late_writers_lose_and_double_nothing(alice):
    campaign = on_answers(reentry="always")

    def write() -> None:
        for _ in range(15):
            answer(alice.pk)
        connection.close()

    def follow() -> None:
        for _ in range(15):
            triggering.read_events(timezone.now())
        connection.close()

    threads = [threading.Thread(target=target) for target in (write, write, follow, follow)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = time.monotonic() + 20
    while campaign.entries.count() < 30 and time.monotonic() < end:  # tests beside this one hold it back
        triggering.read_events(timezone.now())
    assert sorted(campaign.entries.values_list("number", flat=True)) == list(range(30))


def test_who_comes_into_the_segment_enters_and_who_was_there_does_not(alice, bob, carol):
    segment = segment_of(alice, bob)
    segment.refresh_from_db()
    campaign = triggered(trigger="segment", segment=segment)
    segment.memberships.create(person=carol.pk, entered_at=timezone.now())
    assert triggering.read_segments(timezone.now()) == 1
    assert triggering.read_segments(timezone.now()) == 0
    assert campaign.deliveries.get().member == carol


def goal(where: dict[str, object] | None = None) -> MetricVersion:
    metric = Metric.objects.create(key="done", name="Done")
    return MetricVersion.objects.create(
        metric=metric, number=1, kind="conversion", events="followed", where=where or {}, window_hours=24
    )


def test_who_reaches_the_goal_while_the_delay_lasts_is_not_asked_any_more_held_back_or_not(alice, bob, carol):
    campaign = triggered(delay=timedelta(days=1), goal=goal(), holdout=5000)
    entering.enter(campaign, [alice.pk, bob.pk, carol.pk], keys=["api:1"] * 3)
    campaign.deliveries.filter(member=bob).update(held=True)
    record("followed", unit=alice.pk, object=("topic", 1))
    record("followed", unit=bob.pk, object=("topic", 1))
    record("followed", unit=carol.pk, object=("topic", 1), at=timezone.now() - timedelta(hours=1))
    read(campaign)
    rows = {row.member: (row.state, row.reason) for row in campaign.deliveries.all()}
    assert rows == {alice: ("cancelled", "goal_reached"), bob: ("cancelled", "goal_reached"), carol: ("due", "")}


def test_nobody_is_there_on_the_third_day_before_the_first(alice):
    campaign = triggered(delay=timedelta(days=1), goal=Metric.objects.get(key="seen-day-3").newest)
    entering.enter(campaign, [alice.pk], keys=["api:1"])
    record("followed", unit=alice.pk, object=("topic", 1))
    read(campaign)
    assert campaign.deliveries.get().state == "due"


def test_only_what_the_goal_means_reaches_it(alice, bob):
    campaign = triggered(delay=timedelta(days=1), goal=goal({"object_kind": "topic"}))
    entering.enter(campaign, [alice.pk, bob.pk], keys=["api:1"] * 2)
    record("followed", unit=alice.pk, object=("tag", 1))
    record("followed", unit=bob.pk, object=("topic", 1))
    read(campaign)
    assert campaign.deliveries.get(state="cancelled").member == bob


def test_while_it_is_paused_members_enter_and_wait(alice):
    campaign = triggered()
    acting.pause(campaign, by=None, why="wait")
    assert entering.enter(campaign, [alice.pk], keys=["api:1"]) == 1


def test_the_mark_lets_events_be_forgotten_only_once_they_were_read():
    assert triggering.reached() == triggering.FURTHEST
    campaign = on_answers()
    assert triggering.reached() == campaign.read_to
    acting.finish(campaign, by=None)
    assert triggering.reached() == triggering.FURTHEST


def test_a_variation_of_an_hour_waits_for_the_next_such_hour_of_the_member(alice, bob):
    bob.time_zone = "Asia/Tokyo"
    bob.save()
    campaign = triggered(delay=timedelta(hours=1), variations=[{"key": "evening", "at": "20:00"}])
    entering.enter(campaign, [alice.pk, bob.pk], keys=["api:1"] * 2, now=NOON)
    due = dict(campaign.deliveries.values_list("member", "planned_at"))
    assert due == {alice.pk: NOON + timedelta(hours=8), bob.pk: NOON + timedelta(hours=23)}
