"""What is asked before a row goes out, and that those held back are asked the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from growth.campaigns.devices import consenting, quiet
from growth.campaigns.models import CapCount, Delivery, FrequencyCap, Provider
from growth.campaigns.sending import rounds
from tests.growth.campaigns.sending import rows
from tests.growth.campaigns.sending.rows import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(alice, webpush):
    rows.browser(alice)
    return alice


def go(at=NOON) -> None:
    with time_machine.travel(at, tick=False):
        rounds.send_round(at)


def said(row: Delivery) -> tuple[str, str, bool | None]:
    row.refresh_from_db()
    return row.state, row.reason, row.would_send


def both(member, **fields) -> tuple[Delivery, Delivery]:
    """One that is sent to, one that is held back, alike in all else."""
    campaigns = [rows.campaign(**fields) for _ in range(2)]
    return rows.due(campaigns[0], member), rows.due(campaigns[1], member, held=True)


def test_who_passes_is_sent_to_or_held(reader, webpush):
    sent, held = both(reader)
    go()
    assert said(sent) == ("sent", "", True)
    assert said(held) == ("held", "", True)
    assert len(webpush.asked) == 1
    assert not held.attempts.exists()


def test_without_consent_it_is_over(reader):
    sent, held = both(reader)
    consenting.say(reader, topic=sent.campaign.topic, allowed=False, source="preferences")
    go()
    assert said(sent) == ("unsubscribed", "topic:news", False)
    assert said(held) == ("held", "topic:news", False)


def test_without_a_device_it_is_over(alice, webpush):
    sent, held = both(alice)
    go()
    assert said(sent) == ("no_device", "", False)
    assert said(held) == ("held", "", False)


def test_consent_by_the_next_channel_is_enough(reader, fcm):
    rows.telephone(reader)
    row = rows.due(rows.campaign(channels=["webpush", "fcm"]), reader)
    consenting.say(reader, channel="webpush", allowed=False, source="preferences")
    go()
    assert (*said(row), row.channel) == ("sent", "", True, "fcm")


def test_a_variation_has_its_own_channels_and_provider(reader, fcm):
    rows.telephone(reader)
    other = rows.provider("fcm")
    campaign = rows.campaign(variations=[{}, {"channels": ["fcm"], "provider": other}])
    row = rows.due(campaign, reader, variation=1)
    go()
    assert (*said(row), row.channel, row.attempts.get().provider) == ("sent", "", True, "fcm", other)


@pytest.mark.parametrize(("state", "reason"), [("cancelled", "campaign_cancelled"), ("finished", "campaign_finished")])
def test_what_a_campaign_that_is_over_had_left_is_cancelled(reader, state, reason):
    sent, held = both(reader, state=state)
    go()
    assert said(sent) == said(held) == ("cancelled", reason, False)


@pytest.mark.parametrize("state", ["draft", "review", "scheduled", "paused"])
def test_what_does_not_run_waits_untouched(reader, state):
    row = rows.due(rows.campaign(state=state), reader)
    go(NOON + timedelta(hours=2))
    assert said(row) == ("due", "", None)
    assert row.due_at == NOON


def test_too_late_is_expired(reader):
    sent, held = both(reader)
    go(NOON + timedelta(hours=24))
    assert said(sent) == said(held) == ("expired", "", False)


def test_a_member_who_is_gone_is_cancelled(reader):
    sent, held = both(reader)
    reader.is_active = False
    reader.save()
    go()
    assert said(sent) == said(held) == ("cancelled", "member_gone", False)


def test_after_the_test_was_stopped_all_get_the_winner(reader, webpush):
    texts = [{"content": {"texts": {"en": {"title": title}}, "url": "/"}} for title in ("Loser", "Winner")]
    row = rows.due(rows.campaign(variations=texts, test_stopped_at=NOON, winner=1), reader)
    go()
    assert webpush.asked[0].message.title == "Winner"
    row.refresh_from_db()
    assert (row.variation, row.why["winner"]) == (0, 1)


def test_quiet_hours_postpone_to_their_end_by_the_members_clock(reader):
    reader.time_zone = "Asia/Shanghai"
    reader.save()
    night = datetime(2026, 11, 18, 16, tzinfo=UTC)  # midnight in Shanghai
    sent, held = rows.due(rows.campaign(), reader, at=night), rows.due(rows.campaign(), reader, at=night, held=True)
    go(night)
    morning = datetime(2026, 11, 19, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    for row in (sent, held):
        assert said(row) == ("due", "", None)
        assert (row.due_at, row.postponed, row.planned_at) == (morning, "quiet_hours", night)
    assert not CapCount.objects.exists()
    go(morning)
    assert [said(sent)[0], said(held)[0]] == ["sent", "held"]


def test_only_expiry_ends_what_quiet_hours_hold(reader):
    quiet.keep(reader, since=time(11), until=time(13))
    row = rows.due(rows.campaign(), reader, expires_at=NOON + timedelta(minutes=5))
    go()
    assert (*said(row), row.due_at) == ("due", "", None, row.expires_at)
    go(row.due_at)
    assert said(row) == ("expired", "quiet_hours", False)


def test_a_provider_that_is_blocked_postpones(reader, push_service):
    until = NOON + timedelta(minutes=7)
    Provider.objects.update(blocked_until=until)
    sent, held = both(reader)
    go()
    for row in (sent, held):
        assert (*said(row), row.due_at, row.postponed) == ("due", "", None, until, "provider_blocked")


def test_without_a_provider_it_waits_for_one(reader, push_service):
    Provider.objects.filter(pk=push_service.pk).update(active=False)
    row = rows.due(rows.campaign(), reader)
    go()
    assert (*said(row), row.postponed) == ("due", "", None, "no_provider")


def test_a_limit_postpones_the_rest_in_line(webpush, push_service):
    Provider.objects.filter(pk=push_service.pk).update(per_second=2)
    campaign = rows.campaign()
    made = []
    for member in rows.members(6):
        rows.browser(member)
        made.append(rows.due(campaign, member))
    go()
    found = list(Delivery.objects.order_by("due_at", "pk"))
    assert [row.state for row in Delivery.objects.order_by("pk")] == ["sent"] * 2 + ["due"] * 4
    waits = [(row.due_at - NOON).total_seconds() for row in found if row.state == "due"]
    assert waits == pytest.approx([0.5, 1, 1.5, 2], abs=0.1)
    assert {row.postponed for row in found if row.state == "due"} == {"limit"}


def test_who_is_held_back_waits_in_the_same_line_and_takes_nothing(webpush, push_service):
    Provider.objects.filter(pk=push_service.pk).update(per_second=1)
    campaign = rows.campaign()
    for number, member in enumerate(rows.members(6)):
        rows.browser(member)
        rows.due(campaign, member, held=number % 2 == 0)
    go()
    states = list(Delivery.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["held", "sent", "due", "due", "due", "due"]


def test_a_campaign_has_a_limit_of_its_own(webpush):
    campaign = rows.campaign(per_second=3)
    for member in rows.members(5):
        rows.browser(member)
        rows.due(campaign, member)
    go()
    assert Delivery.objects.filter(state="sent").count() == 3


def test_without_redis_all_goes_at_once(webpush, push_service, settings, tmp_path):
    settings.REDIS_DATA_URL = f"unix://{tmp_path}/none.sock"
    Provider.objects.filter(pk=push_service.pk).update(per_second=1)
    campaign = rows.campaign()
    for member in rows.members(3):
        rows.browser(member)
        rows.due(campaign, member)
    go()
    assert Delivery.objects.filter(state="sent").count() == 3


def capped(priority: int, *, day: int | None, week: int | None) -> None:
    FrequencyCap.objects.filter(priority=priority).update(per_day=day, per_week=week)


@pytest.mark.parametrize(("day", "week", "reason"), [(2, None, "cap:day"), (None, 2, "cap:week"), (9, 2, "cap:week")])
def test_who_has_had_enough_gets_no_more(reader, day, week, reason):
    capped(2, day=day, week=week)
    made = [rows.due(rows.campaign(), reader) for _ in range(3)]
    go()
    assert sorted(said(row) for row in made) == [("capped", reason, False), ("sent", "", True), ("sent", "", True)]


def test_critical_messages_have_no_cap_and_count_for_others(reader):
    capped(2, day=1, week=None)
    critical, normal = rows.due(rows.campaign(priority=4), reader), rows.due(rows.campaign(), reader)
    go()
    assert [said(critical)[0], said(normal)[:2]] == ["sent", ("capped", "cap:day")]


def test_a_day_is_the_members(reader):
    """23:30 and 00:30 in Shanghai are two days, and of Sunday and Monday two weeks."""
    quiet.keep(reader, since=time(1), until=time(1))
    capped(2, day=1, week=1)
    reader.time_zone = "Asia/Shanghai"
    reader.save()
    sunday = datetime(2026, 11, 22, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    for at in (sunday, sunday + timedelta(hours=1)):
        row = rows.due(rows.campaign(), reader, at=at)
        go(at)
        assert said(row) == ("sent", "", True)
    again = rows.due(rows.campaign(), reader, at=sunday + timedelta(hours=2))
    go(again.due_at)
    assert said(again) == ("capped", "cap:day", False)
    assert set(CapCount.objects.values_list("period", "begins", "count")) == {
        ("day", date(2026, 11, 22), 1),
        ("day", date(2026, 11, 23), 1),
        ("week", date(2026, 11, 16), 1),
        ("week", date(2026, 11, 23), 1),
    }


def test_held_rows_meet_real_ones_and_those_of_their_own_campaign_real_rows_real_ones_alone(reader):
    """So that of two who are held back elsewhere the one who gets this campaign and the one who does not are asked the
    same."""
    capped(2, day=2, week=None)
    of = rows.campaign()
    held = [rows.due(of, reader, held=True, occurrence=number) for number in range(3)]
    elsewhere = rows.due(rows.campaign(), reader, held=True)
    go()
    assert [said(row)[1:] for row in held] == [("", True), ("", True), ("cap:day", False)]
    assert said(elsewhere)[1:] == ("", True)
    real = [rows.due(rows.campaign(), reader) for _ in range(3)]
    go()
    assert [said(row)[0] for row in real] == ["sent", "sent", "capped"]
    counted = CapCount.objects.get(period="day")
    assert (counted.count, counted.virtual) == (2, {str(of.pk): 2, str(elsewhere.campaign_id): 1})
