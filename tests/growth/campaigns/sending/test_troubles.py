"""What goes wrong on the other side: refusals, answers that never come or are none, and who shall not suffer by it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
import time_machine

from growth.campaigns.channels.interface import Outcome
from growth.campaigns.models import Attempt, Campaign, Delivery
from growth.campaigns.sending import claiming, flights, rounds, sending, trying
from tests.growth.campaigns.sending import rows
from tests.growth.campaigns.sending.rows import (
    DEAD,
    NOON,
    REFUSED,
    REJECTED,
    RETRY,
    SILENCE,
    THROTTLED,
    UNKNOWN,
    counted,
    ended,
    sent_round,
)

pytestmark = pytest.mark.django_db


def test_a_provider_that_refuses_us_pauses_the_campaign_and_loses_nothing(webpush, reader):
    webpush.answers.append(REFUSED)
    row = rows.due(rows.campaign(), reader)
    sent_round()
    assert ended(row)[0] == "due"
    row.campaign.refresh_from_db()
    assert row.campaign.state == Campaign.State.PAUSED
    assert "bad key" in row.campaign.paused_why
    assert sent_round(NOON + timedelta(hours=1)) == 0
    Campaign.objects.filter(pk=row.campaign_id).update(state="running")
    assert sent_round(NOON + timedelta(hours=1)) == 1
    assert ended(row) == ("sent", "")
    assert [attempt.outcome for attempt in row.attempts.order_by("pk")] == ["retry", "accepted"]


def refused_before(campaign, *, members: int, channel: str = "fcm", each: int = 1) -> None:
    made = [rows.due(campaign, member, at=NOON + timedelta(days=1)) for member in rows.members(members)]
    given = [Attempt(delivery=row, channel=channel, at=NOON, outcome="rejected") for row in made for _ in range(each)]
    Attempt.objects.bulk_create(given)


@pytest.mark.parametrize(
    ("before", "hosts", "state"),
    [
        ({"members": 23}, [], "running"),
        ({"members": 24}, [], "paused"),
        ({"members": 8, "each": 6}, [], "running"),
        ({"members": 24, "channel": "webpush"}, [], "running"),
        ({"members": 24, "channel": "webpush"}, ["*.push.apple.com"], "paused"),
        ({"members": 24, "channel": "webhook"}, [], "running"),
    ],
    ids=["few", "enough", "of few members", "any browser", "known browsers", "webhooks"],
)
def test_too_many_members_refused_by_services_we_chose_pause_the_campaign(fcm, alice, settings, before, hosts, state):
    settings.WEBPUSH_HOSTS = hosts
    campaign = rows.campaign(channels=["fcm"])
    refused_before(campaign, **before)
    rows.telephone(alice)
    rows.due(campaign, alice)
    fcm.answers.append(REJECTED)
    sent_round()
    campaign.refresh_from_db()
    assert campaign.state == state


def test_what_an_address_of_a_member_refuses_pauses_nothing(webpush, reader):
    campaign = rows.campaign()
    refused_before(campaign, members=30)
    rows.due(campaign, reader)
    webpush.answers.append(REJECTED)
    sent_round()
    campaign.refresh_from_db()
    assert campaign.state == "running"


@pytest.mark.parametrize("kind", ["accepted", "rejected"])
def test_what_an_address_answers_that_is_no_text_is_settled_all_the_same(webpush, reader, kind):
    webpush.answers.append(Outcome(kind, code=-1, external_id="\udcff\0x", reason="\udcff\0y", scope="carrier"))
    row = rows.due(rows.campaign(), reader)
    sent_round()
    attempt = row.attempts.get()
    assert (attempt.external_id, attempt.reason) == ("?x", "?y")
    assert ended(row)[0] == ("sent" if kind == "accepted" else "due")


@pytest.fixture
def two_batches(webpush, monkeypatch) -> list[Delivery]:
    """Two rows, each a batch of its own, of which none is waited for before the next is begun."""
    for name in ("BATCH", "SMALLEST"):
        monkeypatch.setattr(claiming, name, 1)
    monkeypatch.setattr(rounds, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(sending, "SECONDS", 0.1)
    campaign = rows.campaign(policy="prefer-loss")
    for member in (made := rows.members(2)):
        rows.browser(member)
    return [rows.due(campaign, member) for member in made]


def failing_at(number: int, real):
    """`real`, but for the call with this number."""
    calls = count(1)

    def call(*given, **named):
        return 1 / 0 if next(calls) == number else real(*given, **named)

    return call


def test_a_batch_that_cannot_be_settled_abandons_no_other(two_batches, monkeypatch):
    monkeypatch.setattr(flights, "settle", failing_at(1, flights.settle))
    with time_machine.travel(NOON, tick=False):
        assert rounds.send_due(5) == 2
    assert Counter(ended(row)[0] for row in two_batches) == {"leased": 1, "sent": 1}


def test_a_batch_that_cannot_be_begun_abandons_none_under_way(webpush, two_batches, monkeypatch):
    webpush.answers.append(SILENCE)
    monkeypatch.setattr(rounds, "compose", failing_at(2, rounds.compose))
    with time_machine.travel(NOON, tick=False), pytest.raises(ZeroDivisionError):
        rounds.send_due(5)
    assert [ended(row)[0] for row in two_batches] == ["unknown", "leased"]


@pytest.mark.parametrize(
    ("then", "state", "reason"),
    [
        ([RETRY] * 5, "unknown", "HTTP 503"),
        ([REJECTED], "unknown", "HTTP 400"),
        ([DEAD], "unknown", "HTTP 410"),
        ("expires", "expired", "unknown"),
        ("cancelled", "cancelled", "campaign_cancelled"),
    ],
    ids=["failed", "rejected", "dead", "expired", "cancelled"],
)
def test_what_may_have_arrived_keeps_its_places_however_it_ends(webpush, reader, then, state, reason):
    row = rows.due(rows.campaign(policy="prefer-duplicate"), reader)
    webpush.answers.extend([UNKNOWN, *(then if isinstance(then, list) else [])])
    sent_round()
    if then == "expires":
        Delivery.objects.filter(pk=row.pk).update(expires_at=NOON + timedelta(seconds=1))
    if then == "cancelled":
        Campaign.objects.filter(pk=row.campaign_id).update(state="cancelled")
    while ended(row)[0] == "due":
        assert sent_round(row.due_at) == 1
    assert ended(row) == (state, reason)
    assert counted() == {"day": (1, 0), "week": (1, 0)}


def test_an_address_that_always_asks_us_to_wait_is_asked_ever_less(webpush, reader):
    rows.browser(reader)
    row = rows.due(rows.campaign(), reader)
    webpush.answers.extend([Outcome("throttled", code=429, after=1, scope="target")] * 14)
    at, pauses = NOON, []
    for _ in range(7):
        assert sent_round(at) == 1
        row.refresh_from_db()
        pauses.append((row.due_at - at).total_seconds())
        at = row.due_at
    assert pauses == [1, 5, 30, 120, 600, 1800, 1800]
    assert (row.state, row.tries) == ("due", 0)


def test_a_provider_that_has_had_enough_and_what_was_not_made_make_no_address_wait_longer(webpush, reader):
    row = rows.due(rows.campaign(), reader)
    outcomes = ["throttled"] * 6
    given = [Attempt(delivery=row, channel="webpush", device=reader.devices.get(), outcome=one) for one in outcomes]
    Attempt.objects.bulk_create(given)
    webpush.answers.append(THROTTLED)
    sent_round()
    row.refresh_from_db()
    assert row.due_at == NOON + timedelta(seconds=30)
    row.attempts.update(reason="not_made")
    webpush.answers.append(Outcome("throttled", after=2, scope="target"))
    sent_round(NOON + timedelta(seconds=31))
    row.refresh_from_db()
    assert row.due_at == NOON + timedelta(seconds=33)


def test_keys_that_do_not_come_hold_up_no_batch_for_long(webpush, reader, monkeypatch):
    async def silent(*_given):
        await asyncio.Event().wait()

    monkeypatch.setattr(trying, "KEYS_SECONDS", 0.01)
    monkeypatch.setattr(webpush, "keys", silent)
    row = rows.due(rows.campaign(), reader)
    sent_round()
    row.refresh_from_db()
    assert (row.state, row.postponed, row.due_at) == ("due", "no_keys", NOON + timedelta(seconds=10))
