"""What an estimate says, counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from allauth.account.models import EmailAddress

from community.members.models import Member
from growth.campaigns.devices import consenting, quiet, registering
from growth.campaigns.models import Campaign, CapCount, Provider, SubscriptionTopic
from growth.campaigns.planning import freezing
from growth.campaigns.planning.estimating import estimate
from tests.growth.campaigns import builders
from tests.growth.campaigns.planning.test_freezing import crowd, segment_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)


def device(member: Member) -> None:
    registering.register(member, channel="fcm", address={"token": f"{member.pk}:" + "abcdefgh" * 20})


def letters(*members: Member) -> None:
    for member in members:
        EmailAddress.objects.update_or_create(user=member, email=member.email, defaults={"verified": True})


def to_all(**fields: object) -> Campaign:
    return builders.campaign(**{"holdout": 0, "channels": ["fcm", "email"], **fields})


def test_who_is_reached_by_which_channel_and_by_which_they_get_it(alice, bob, carol, mod):
    device(alice)
    letters(alice, bob)
    EmailAddress.objects.create(user=carol, email=carol.email, verified=False)
    found = estimate(to_all(), now=NOON)
    assert (found.audience, found.held, found.reached) == (4, 0, 2)
    assert (found.reachable, found.first) == ({"fcm": 1, "email": 2}, {"fcm": 1, "email": 1})


def test_what_members_refused_is_not_counted_whatever_covers_it(alice, bob, carol, mod):
    news, other = SubscriptionTopic.objects.get(key="news"), SubscriptionTopic.objects.get(key="missed")
    letters(alice, bob, carol, mod)
    consenting.say(alice, topic=news, allowed=False, source="api")
    consenting.say(bob, channel="email", allowed=False, source="api")
    consenting.say(carol, topic=other, allowed=False, source="api")
    consenting.say(mod, allowed=False, source="api")
    assert estimate(to_all(), now=NOON).reachable == {"email": 1}


def test_a_topic_that_is_off_at_first_reaches_who_said_yes_to_it(alice, bob, carol):
    SubscriptionTopic.objects.filter(key="news").update(on_at_first=False)
    news = SubscriptionTopic.objects.get(key="news")
    letters(alice, bob, carol)
    consenting.say(alice, topic=news, allowed=True, source="api")
    consenting.say(bob, channel="email", allowed=True, source="api")
    assert estimate(to_all(), now=NOON).reachable == {"email": 1}


def test_it_says_of_consent_what_the_sender_will(alice, bob, carol, mod):
    """The same question asked of the verb by which rows are checked."""
    news = SubscriptionTopic.objects.get(key="news")
    members = [alice, bob, carol, mod]
    letters(*members)
    for number, member in enumerate(members):
        consenting.say(member, topic=news, channel="email", allowed=number % 2 == 0, source="api")
    allowed = consenting.allowed([member.pk for member in members], news, ["email", "fcm"])
    assert estimate(to_all(), now=NOON).reachable["email"] == sum("email" in found for found in allowed.values())


def test_who_had_enough_today_or_this_week(alice, bob, carol, mod):
    day, week = NOON.date(), datetime(2026, 6, 1, tzinfo=UTC).date()
    CapCount.objects.create(member=alice, period="day", begins=day, count=2)
    CapCount.objects.create(member=bob, period="week", begins=week, count=5)
    CapCount.objects.create(member=carol, period="day", begins=day, count=1)
    CapCount.objects.create(member=mod, period="day", begins=week, count=9)
    assert estimate(to_all(channels=["inapp"]), now=NOON).capped == 2
    assert estimate(to_all(channels=["inapp"], priority=4), now=NOON).capped == 0


def test_whose_quiet_hours_it_would_wait_for(alice, bob, carol):
    bob.time_zone = "Asia/Tokyo"  # it is nine in the evening
    bob.save()
    quiet.keep(bob, since=time(20), until=time(7))
    quiet.keep(carol, since=time(11), until=time(13))
    campaign = to_all(channels=["inapp"])
    assert estimate(campaign, now=NOON).quiet == 2
    assert estimate(campaign, now=NOON.replace(hour=23)).quiet == 1  # alice's; in Tokyo it is eight


def test_at_members_own_clocks_what_these_will_show_counts(alice, bob):
    bob.time_zone = "Asia/Tokyo"
    bob.save()
    at_noon = to_all(channels=["inapp"], local_time=True, starts_at=NOON)
    at_night = to_all(channels=["inapp"], local_time=True, starts_at=NOON.replace(hour=23))
    assert (estimate(at_noon, now=NOON).quiet, estimate(at_night, now=NOON).quiet) == (0, 2)


def test_how_long_it_takes_is_decided_by_the_slowest(alice, bob):
    letters(alice, bob)
    device(alice)
    Provider.objects.filter(channel="email").update(per_second=2)
    assert estimate(to_all(channels=["email"]), now=NOON).seconds == 1
    assert estimate(to_all(channels=["fcm"]), now=NOON).seconds is None
    assert estimate(to_all(channels=["email"], per_second=1), now=NOON).seconds == 2


def test_it_counts_those_who_are_then_frozen():
    crowd(500)
    campaign = builders.launched(coverage=6000, holdout=2500)
    found = estimate(campaign)
    freezing.freeze(campaign.occurrences.get())
    assert (found.audience, found.held) == (campaign.deliveries.count(), campaign.deliveries.filter(held=True).count())
    assert found.reached == found.audience - found.held


def test_only_the_segment_is_counted(alice, bob):
    assert estimate(to_all(channels=["inapp"], segment=segment_of(alice)), now=NOON).reached == 1


def test_a_draft_without_content_can_be_estimated(alice):
    assert estimate(to_all(channels=[], variations=[]), now=NOON).reached == 0
