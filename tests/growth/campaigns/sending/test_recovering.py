"""Leases of workers that are gone, and dead letters taken up again."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine

from growth.campaigns.models import Attempt, CampaignChange, CapCount, Delivery
from growth.campaigns.sending import flights, reaping, replaying, rounds
from growth.campaigns.sending.looping import loop
from tests.growth.campaigns.sending import rows
from tests.growth.campaigns.sending.rows import DEAD, NOON, REJECTED

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def reader(alice, webpush):
    rows.browser(alice)
    return alice


def go(at=NOON) -> None:
    with time_machine.travel(at, tick=False):
        rounds.send_round(at)


def said(row: Delivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.reason


class Killed(Exception):
    pass


class Dying:
    """Of a worker that dies when all is written down, so that nobody knows what was sent."""

    def run(self, work):
        if work.func.__name__ == "go":
            raise Killed
        return loop.run(work)


def die(row: Delivery) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flights, "loop", Dying())
        with pytest.raises(Killed):
            go()
    assert said(row) == ("leased", "")


def test_before_its_time_a_lease_is_let_be(reader):
    row = rows.due(rows.campaign(), reader)
    die(row)
    assert reaping.reap(NOON + timedelta(seconds=59)) == 0
    assert reaping.reap(NOON + timedelta(seconds=60)) == 1


def test_who_died_before_a_request_was_written_down_sent_nothing(reader, monkeypatch):
    row = rows.due(rows.campaign(policy="prefer-loss"), reader)
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "_prepare", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            go()
    assert said(row) == ("leased", "")
    assert reaping.reap(LATER) == 1
    row.refresh_from_db()
    assert (row.state, row.tries, row.lease, row.postponed) == ("due", 0, None, "lease")
    go(LATER)
    assert said(row) == ("sent", "")
    assert not row.attempts.filter(replaced=True).exists()
    assert CapCount.objects.get(period="day").count == 1


def test_under_prefer_loss_what_may_have_been_sent_is_unknown(reader):
    row = rows.due(rows.campaign(policy="prefer-loss"), reader)
    die(row)
    reaping.reap(LATER)
    assert said(row) == ("unknown", "prefer-loss")
    assert row.attempts.get().outcome == "lost"
    assert CapCount.objects.get(period="day").count == 1


@pytest.mark.parametrize(("known", "replaced"), [(False, True), (True, False)])
def test_else_it_is_sent_again_with_its_key(reader, webpush, known, replaced):
    webpush.repeats_are_known = known
    row = rows.due(rows.campaign(policy="prefer-loss" if known else "prefer-duplicate"), reader)
    die(row)
    reaping.reap(LATER)
    row.refresh_from_db()
    assert (row.state, row.postponed, row.tries) == ("due", "unknown", 1)
    go(row.due_at)
    assert said(row) == ("sent", "")
    first, second = row.attempts.order_by("pk")
    assert (first.outcome, second.outcome, second.replaced) == ("lost", "accepted", replaced)
    assert first.idempotency_key == second.idempotency_key == webpush.asked[0].idempotency_key
    assert CapCount.objects.get(period="day").count == 1


def test_it_is_not_sent_again_for_ever(reader):
    row = rows.due(rows.campaign(policy="prefer-duplicate"), reader, tries=5, state="leased", lease=uuid.uuid4())
    Attempt.objects.create(delivery=row, channel="webpush", idempotency_key="k")
    reaping.reap(LATER)
    assert said(row) == ("unknown", "too_many_tries")


def test_a_dead_letter_is_replayed_with_the_places_it_gave_back(reader, webpush, admin):
    webpush.answers.append(REJECTED)
    row = rows.due(rows.campaign(), reader)
    go()
    assert said(row)[0] == "rejected"
    assert replaying.replay(row.campaign, by=admin, now=LATER, why="the key was wrong") == 1
    assert said(row) == ("due", "")
    go(LATER)
    assert said(row) == ("sent", "")
    assert (row.replays, row.tries) == (1, 1)
    assert CapCount.objects.get(period="day").count == 1
    change = CampaignChange.objects.get(act="replayed")
    assert (change.by, change.why, change.after) == (admin, "the key was wrong", {"deliveries": 1})


def test_only_dead_letters_are_replayed_and_of_these_those_named(reader, webpush):
    webpush.answers.extend([REJECTED, REJECTED, DEAD])
    campaign = rows.campaign(priority=4)
    made = [rows.due(campaign, reader, occurrence=number) for number in range(4)]
    go()
    first = next(row for row in made if said(row)[0] == "rejected")
    other = rows.due(rows.campaign(state="cancelled"), reader)
    go()
    assert replaying.replay(campaign, by=None, now=LATER, deliveries=[first.pk, other.pk]) == 1
    assert replaying.replay(other.campaign, by=None, now=LATER) == 0
    before = replaying.dead_letters(campaign).count()
    assert replaying.replay(campaign, by=None, now=LATER) == before
    assert set(Delivery.objects.filter(campaign=campaign).values_list("state", flat=True)) <= {
        "due",
        "sent",
        "no_device",
    }


def test_what_a_finished_campaign_replays_is_sent(reader, webpush):
    webpush.answers.append(REJECTED)
    row = rows.due(rows.campaign(), reader)
    go()
    row.campaign.state = "finished"
    row.campaign.save()
    replaying.replay(row.campaign, by=None, now=LATER)
    go(LATER)
    assert said(row) == ("sent", "")
