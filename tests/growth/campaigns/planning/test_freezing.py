"""An audience is frozen whole, once, and as the hashes of experiments say."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from community.members.models import Member
from experiments import holdouts
from growth.campaigns.devices import registering
from growth.campaigns.models import Allocation, Campaign, Delivery, Occurrence, Provider
from growth.campaigns.planning import acting, allotting, freezing, scheduling
from growth.campaigns.planning.estimating import estimate
from growth.segments import keeping
from growth.segments.models import Membership, Segment
from tests.growth.campaigns import builders

pytestmark = pytest.mark.django_db
CROWD = """
INSERT INTO members_member (username, password, email, display_name, is_active, is_staff, is_superuser, date_joined,
  bio, bio_html, location, website, avatar, language, time_zone, theme, on_boards, profile_public, email_notifications,
  muted_kinds, is_moderator, suspension_reason, seen_at, read_before, points_total)
SELECT 'crowd-' || n, '', '', '', true, false, false, now(), '', '', '', '', '', '',
  (%(zones)s::text[])[1 + n %% cardinality(%(zones)s::text[])], 'auto', true, true, true, '[]', false, '', now(), now(),
  0
FROM generate_series(1, %(count)s) n
"""


def crowd(count: int, zones: tuple[str, ...] = ("",)) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CROWD, {"count": count, "zones": list(zones)})


def frozen(campaign: Campaign, **given: object) -> list[Delivery]:
    freezing.freeze(campaign.occurrences.order_by("number").last(), **given)
    return list(campaign.deliveries.order_by("member"))


def segment_of(*members: Member) -> Segment:
    segment = keeping.create("Few", definition={"event": "answer_posted"}, by=None)
    now = timezone.now()
    Membership.objects.bulk_create(Membership(segment=segment, person=one.pk, entered_at=now) for one in members)
    Segment.objects.filter(pk=segment.pk).update(refreshed_at=now, size=len(members))
    return segment


def test_every_active_member_has_one_row_and_the_occurrence_tells_how_many(alice, bob, member_named):
    member_named("gone", is_active=False)
    campaign = builders.launched(holdout=0)
    rows = frozen(campaign)
    assert [row.member_id for row in rows] == sorted([alice.pk, bob.pk])
    assert {(row.state, row.held, row.variation, row.propensity) for row in rows} == {("due", False, 0, 1.0)}
    occurrence = campaign.occurrences.get()
    assert (occurrence.audience, occurrence.frozen_at is not None) == (2, True)


def test_only_those_who_are_in_the_segment_now_and_it_is_told_by_which_definition(alice, bob, carol):
    segment = segment_of(alice, carol)
    Membership.objects.filter(person=carol.pk).update(left_at=timezone.now() + timedelta(seconds=1))
    campaign = builders.launched(segment=segment)
    (row,) = frozen(campaign)
    assert (row.member, row.why["segment"]) == (alice, segment.key)
    assert campaign.occurrences.get().segment_version == segment.versions.get()


def test_a_segment_that_nobody_has_counted_is_waited_for(alice):
    segment = keeping.create("New", definition={"event": "answer_posted"}, by=None)
    campaign = builders.launched(segment=segment)
    assert frozen(campaign) == []
    assert campaign.occurrences.get().frozen_at is None


def test_the_rows_say_what_the_hashes_of_experiments_say():
    """Every row against the twin in Python, member by member; those who do not take part have none."""
    crowd(1200)
    holdout = holdouts.create("quiet", name="Quiet", share=1500, by=None)
    holdouts.start(holdout, by=None)
    keys = [{"key": "a", "weight": 1}, {"key": "b", "weight": 2}, {"key": "c", "weight": 4}]
    campaign = builders.launched(coverage=8000, holdout=2000, variations=keys)
    rows = {row.member_id: row for row in frozen(campaign)}
    by = allotting.allotted(campaign)
    arms = {
        member: allotting.arm(campaign, member, allotment=by) for member in Member.objects.values_list("pk", flat=True)
    }
    assert {member for member, arm in arms.items() if arm} == set(rows)
    for member, row in rows.items():
        arm = arms[member]
        assert (row.why.get("holdout", ""), row.variation, row.propensity) == (arm.held, arm.variation, arm.propensity)
        assert row.held == (arm.held != "")
    holders = [row.why.get("holdout") for row in rows.values()]
    assert {"global:quiet", "campaign", None} == set(holders)


def test_of_a_bandit_the_uniform_slice_is_drawn_equally_and_the_rest_by_its_weights():
    crowd(1000)
    campaign = builders.launched(holdout=0, allotment="bandit", variations=[{"key": "a"}, {"key": "b"}, {"key": "c"}])
    allocation = Allocation.objects.create(campaign=campaign, number=0, weights=[0.9, 0.1, 0.0], uniform=0.3, seed=1)
    rows = frozen(campaign)
    by = allotting.allotted(campaign)
    for row in rows:
        arm = allotting.arm(campaign, row.member_id, allotment=by)
        assert (row.variation, row.why.get("slice") == "uniform") == (arm.variation, arm.uniform)
        assert row.propensity == pytest.approx([0.73, 0.17, 0.1][row.variation], abs=1e-3)
        assert row.allocation_id == allocation.pk
    assert {row.variation for row in rows if "slice" not in row.why} == {0, 1}
    assert {row.variation for row in rows if "slice" in row.why} == {0, 1, 2}


def test_frozen_twice_or_after_a_crash_the_rows_are_the_same(monkeypatch):
    monkeypatch.setattr(freezing, "SLICE", 100)
    crowd(350)
    campaign = builders.launched(variations=[{"key": "a"}, {"key": "b"}])
    whole = [(row.pk, row.member_id, row.variation, row.held) for row in frozen(campaign)]
    assert len(whole) == 350
    Delivery.objects.filter(pk__in=[pk for pk, *_ in whole[120:]]).delete()
    Occurrence.objects.update(frozen_at=None)
    again = [(row.pk, row.member_id, row.variation, row.held) for row in frozen(campaign)]
    assert again[:120] == whole[:120]
    assert [row[1:] for row in again] == [row[1:] for row in whole]


def test_what_is_paused_stops_and_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(freezing, "SLICE", 10)
    crowd(35)
    campaign = builders.launched()
    slices, work = [], freezing._freeze_slice

    def interrupted(values):
        slices.append(work(values))
        if len(slices) == 2:
            acting.pause(campaign, by=None, why="wait")
        return slices[-1]

    monkeypatch.setattr(freezing, "_freeze_slice", interrupted)
    assert len(frozen(campaign)) == 20
    assert campaign.occurrences.get().frozen_at is None
    acting.resume(campaign, by=None)
    assert len(frozen(campaign)) == 35
    assert campaign.occurrences.get().audience == 35


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_each_row_once():
    crowd(3000)
    campaign = builders.launched(variations=[{"key": "a"}, {"key": "b"}])
    made: list[int] = []

    def work() -> None:
        made.append(freezing.freeze(campaign.occurrences.get()))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(made) == 3000 == campaign.deliveries.count()
    assert campaign.occurrences.get().audience == 3000


def test_who_is_held_back_stays_so_at_every_occurrence_whatever_becomes_of_holdouts():
    crowd(400)
    first = holdouts.create("first", name="First", share=2000, by=None)
    holdouts.start(first, by=None)
    campaign = builders.launched(repeat="daily", starts_at=timezone.now())
    before = {row.member_id: row.why.get("holdout") for row in frozen(campaign)}
    assert "global:first" in before.values()
    holdouts.end(first, by=None, why="done")
    holdouts.start(holdouts.create("second", name="Second", share=2000, by=None), by=None)
    scheduling.add_next(campaign, now=timezone.now())
    frozen(campaign)
    after = {row.member_id: row.why.get("holdout") for row in campaign.deliveries.filter(occurrence=1)}
    assert after == before


def test_each_member_is_due_at_the_time_of_their_own_clock():
    crowd(40, zones=("", "Asia/Shanghai", "America/New_York", "Mars/Olympus"))
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    dawn, lasting = at - timedelta(hours=14), timedelta(hours=6)
    campaign = builders.launched(now=dawn, local_time=True, starts_at=at, expires_after=lasting)
    rows = frozen(campaign, now=dawn)
    zones = dict(Member.objects.values_list("pk", "time_zone"))
    found = {(zones[row.member_id], row.planned_at.hour, row.planned_at.date()) for row in rows}
    day = at.date()
    assert found == {
        ("", 9, day), ("Asia/Shanghai", 1, day), ("America/New_York", 14, day), ("Mars/Olympus", 9, day)
    }  # fmt: skip
    assert {row.expires_at - row.due_at for row in rows} == {lasting}


def test_a_variation_of_another_hour_is_due_at_that_hour():
    crowd(60, zones=("", "Asia/Tokyo"))
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    arms = [{"key": "now"}, {"key": "evening", "at": "20:00"}]
    campaign = builders.launched(now=at - timedelta(hours=3), starts_at=at, variations=arms)
    rows = frozen(campaign, now=at - timedelta(hours=3))
    zones = dict(Member.objects.values_list("pk", "time_zone"))
    assert {(row.variation, zones[row.member_id], row.planned_at.hour) for row in rows} == {
        (0, "", 9), (0, "Asia/Tokyo", 9), (1, "", 20), (1, "Asia/Tokyo", 11)
    }  # fmt: skip


def test_channels_are_compared_within_those_who_have_them_all(alice, bob, carol, mod):
    """An arm that goes by e-mail, one to telephones: who has only one of these is in neither."""
    for channel in ("fcm", "apns"):
        Provider.objects.create(key=channel, name=channel, channel=channel)
    for member in (alice, bob, carol):
        EmailAddress.objects.create(user=member, email=member.email, verified=member != carol)
    for member in (alice, carol, mod):
        registering.register(member, channel="fcm", address={"token": f"{member.pk}:" + "abcdefgh" * 20})
    arms = [{"key": "letter"}, {"key": "telephone", "channels": ["fcm", "apns"]}]
    campaign = builders.launched(channels=["email"], variations=arms)
    assert [row.member for row in frozen(campaign)] == [alice]
    assert estimate(campaign).audience == 1
    registering.remove(alice.devices.get(), why="gone")
    assert frozen(builders.launched(channels=["email"], variations=arms)) == []
    same = [{"key": "a"}, {"key": "b", "channels": ["email"]}]
    assert len(frozen(builders.launched(channels=["email"], variations=same))) == 4
