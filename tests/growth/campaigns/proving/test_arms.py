"""The frozen audience: each member once, by their first delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from growth.campaigns.models import Allocation
from growth.campaigns.proving import arms
from growth.segments.models import Membership, Segment
from tests.growth.campaigns.proving import world

pytestmark = pytest.mark.django_db


def freeze(campaign, when=None, zone="Europe/Berlin"):
    return arms.freeze(campaign, when or world.at(9), zone=zone)


def column(frozen, name):
    return dict(zip(frozen.audience.member.tolist(), getattr(frozen.audience, name).tolist(), strict=True))


def test_a_member_counts_once_by_the_first_delivery_whatever_its_number():
    campaign, (one, two) = world.campaign(arms=2), world.members(2)
    world.deliver(
        world.delivery(campaign, one, world.at(3), 0, occurrence=1),
        world.delivery(campaign, one, world.at(1), -1, occurrence=2),
        world.delivery(campaign, two, world.at(2), 1, clicked_at=world.at(2)),
        world.delivery(campaign, two, world.at(4), 0, occurrence=1),
    )
    found = freeze(campaign)
    assert column(found, "held") == {one.pk: True, two.pk: False}
    assert column(found, "variation") == {one.pk: 0, two.pk: 1}
    assert column(found, "clicked") == {one.pk: False, two.pk: True}
    assert column(found, "due_us")[two.pk] == world.at(2).timestamp() * 1e6


def test_of_no_deliveries_there_is_nobody():
    assert len(freeze(world.campaign()).audience) == 0


def test_who_is_left_out_is_counted():
    campaign = world.campaign()
    campaign.test_stopped_at = world.at(5)
    (boss,), rest = world.members(1, is_staff=True), world.members(4)
    world.deliver(
        world.delivery(campaign, boss),
        world.delivery(campaign, None),
        world.delivery(campaign, rest[0], why={"holdout": "global:all-new"}),
        world.delivery(campaign, rest[1], world.at(10)),
        world.delivery(campaign, rest[2], world.at(5)),
        world.delivery(campaign, rest[3], why={"holdout": "campaign"}),
    )
    found = freeze(campaign)
    assert found.audience.member.tolist() == [rest[3].pk]
    assert found.left_out == {"staff": 1, "global_holdout": 1, "later": 1, "after_test": 1, "erased": 1}


def test_another_campaign_is_no_matter_but_for_what_it_sent_in_the_28_days_before():
    campaign, other, (one,) = world.campaign(), world.campaign(), world.members(1)
    sent = [world.at(-29), world.at(-28), world.at(-1), world.at(0) - timedelta(seconds=1), world.at(1)]
    world.deliver(
        world.delivery(campaign, one, world.at(0), 0),
        *(world.delivery(other, one, when, 0, occurrence=n) for n, when in enumerate(sent)),
        world.delivery(other, one, world.at(-2), -1, occurrence=8),
    )
    assert column(freeze(campaign), "sends") == {one.pk: 3}


def test_the_hour_is_that_of_the_members_clock():
    campaign, (one,), (two,) = world.campaign(), world.members(1, time_zone="Asia/Shanghai"), world.members(1)
    world.deliver(world.delivery(campaign, one), world.delivery(campaign, two))
    assert column(freeze(campaign), "hour") == {one.pk: 17, two.pk: 10}


def test_whether_it_would_have_been_sent_may_not_be_known_yet():
    campaign, three = world.campaign(), world.members(3)
    world.deliver(
        world.delivery(campaign, three[0], would_send=True),
        world.delivery(campaign, three[1], would_send=False),
        world.delivery(campaign, three[2], would_send=None, state="due"),
    )
    assert list(column(freeze(campaign), "would_send").values()) == [1, 0, -1]


def test_a_bandits_period_and_slice_are_told():
    campaign, many = world.campaign(arms=2, allotment="bandit"), world.members(200)
    made = Allocation.objects.create(campaign=campaign, number=1, weights=[0.5, 0.5], seed=1, uniform=0.1)
    world.deliver(*(world.delivery(campaign, one, allocation=made if n else None) for n, one in enumerate(many)))
    found = freeze(campaign).audience
    assert found.period.tolist() == [0] + [1] * 199
    assert 5 <= found.uniform.sum() <= 40


def test_who_was_in_a_segment_at_their_due_time_is_of_it():
    campaign, three = world.campaign(), world.members(3)
    world.deliver(*(world.delivery(campaign, one) for one in three))
    segment = Segment.objects.create(key="new", name="New", size=3, refreshed_at=world.at())
    for one, entered, left in zip(three, (-1, 1, -3), (None, None, -2), strict=True):
        Membership.objects.create(
            segment=segment, person=one.pk, entered_at=world.at(entered), left_at=left and world.at(left)
        )
    found = arms.segments(freeze(campaign).audience)
    assert {name: inside.tolist() for name, inside in found.items()} == {"New": [True, False, False]}


def test_the_audience_is_read_by_a_fixed_number_of_queries(django_assert_num_queries):
    campaign, many = world.campaign(), world.members(40)
    world.deliver(*(world.delivery(campaign, one) for one in many))
    with django_assert_num_queries(3):
        freeze(campaign)
