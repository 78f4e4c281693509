"""A row from due to ended, by every way there is."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from growth.campaigns.channels.interface import Unavailable
from growth.campaigns.models import Campaign, Delivery, Device
from growth.campaigns.sending import claiming, flights, rounds, sending
from growth.campaigns.sending.looping import loop
from tests.growth.campaigns.sending import rows
from tests.growth.campaigns.sending.rows import (
    ACCEPTED,
    DEAD,
    NOON,
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


def test_what_is_accepted_is_sent_and_told(webpush, push_service, reader):
    row = rows.due(rows.campaign(), reader)
    assert sent_round() == 1
    assert ended(row) == ("sent", "")
    assert (row.channel, row.would_send, row.tries, row.lease, row.ended_at) == ("webpush", True, 1, None, NOON)
    attempt = row.attempts.get()
    assert (attempt.outcome, attempt.external_id, attempt.provider) == ("accepted", "x", push_service)
    assert not attempt.replaced
    told = Event.objects.get(name="message_sent")
    assert (told.unit, told.object_kind, told.object_id, told.value) == (reader.pk, "delivery", row.pk, 0)
    assert told.properties == {"campaign": row.campaign.key, "channel": "webpush"}
    assert counted() == {"day": (1, 0), "week": (1, 0)}
    assert sent_round() == 0


class DiesSending:
    def run(self, work):
        return 1 / 0 if work.func.__name__ == "go" else loop.run(work)


def test_a_request_is_written_down_before_it_is_made(webpush, reader, monkeypatch):
    row = rows.due(rows.campaign(), reader)
    monkeypatch.setattr(flights, "loop", DiesSending())
    with pytest.raises(ZeroDivisionError):
        sent_round()
    assert ended(row) == ("leased", "")
    assert (row.attempts.get().outcome, len(row.attempts.get().idempotency_key)) == ("", 36)


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [(DEAD, "dead_token", "HTTP 410"), (REJECTED, "rejected", "HTTP 400")],
    ids=["dead", "rejected"],
)
def test_what_is_refused_ends_and_gives_its_places_back(webpush, reader, outcome, state, reason):
    webpush.answers.append(outcome)
    row = rows.due(rows.campaign(), reader)
    sent_round()
    assert ended(row) == (state, reason)
    assert row.would_send is True
    assert counted() == {"day": (0, 0), "week": (0, 0)}
    assert not Event.objects.filter(name="message_sent").exists()
    assert Device.objects.standing().exists() == (state != "dead_token")


def test_what_fails_is_tried_again_with_its_key_and_fails_in_the_end(webpush, reader):
    row = rows.due(rows.campaign(expires_after=timedelta(days=9)), reader, expires_at=NOON + timedelta(days=9))
    webpush.answers.extend([RETRY] * 6)
    at, pauses = NOON, []
    for _ in range(6):
        assert sent_round(at) == 1
        row.refresh_from_db()
        pauses.append(round((row.due_at - at).total_seconds()))
        at = row.due_at
    assert ended(row) == ("failed", "HTTP 503")
    assert pauses[:5] == sorted(pauses[:5])
    assert [4 <= pauses[0] <= 6, 1600 < pauses[4] < 2000] == [True, True]
    assert {sending.idempotency_key for sending in webpush.asked} == {row.attempts.first().idempotency_key}
    assert not row.attempts.filter(replaced=True).exists()
    assert counted() == {"day": (0, 0), "week": (0, 0)}


def test_one_that_was_let_through_stays_so_though_there_is_nothing_to_say_when_it_is_tried_again(webpush, reader):
    """Only what is sent can be tried again: were it forgotten, the two arms would be counted by different rules."""
    webpush.answers.append(RETRY)
    row = rows.due(rows.campaign(), reader)
    sent_round()
    row.refresh_from_db()
    Campaign.objects.update(source="missed")
    sent_round(row.due_at)
    assert ended(row) == ("cancelled", "nothing_to_say")
    assert row.would_send is True


def test_retry_after_is_honoured(webpush, reader):
    webpush.answers.append(type(RETRY)("retry", code=503, after=900))
    row = rows.due(rows.campaign(), reader)
    sent_round()
    row.refresh_from_db()
    assert (row.state, row.postponed, row.due_at) == ("due", "retry", NOON + timedelta(seconds=900))
    assert sent_round(NOON + timedelta(seconds=899)) == 0


def test_a_throttled_provider_is_left_alone_and_no_try_counts(webpush, push_service, alice, bob):
    for member in (alice, bob):
        rows.browser(member)
    campaign = rows.campaign()
    first, second = rows.due(campaign, alice), rows.due(campaign, bob)
    webpush.answers.append(THROTTLED)
    sent_round()
    push_service.refresh_from_db()
    assert push_service.blocked_until == NOON + timedelta(seconds=30)
    for row in (first, second):
        row.refresh_from_db()
        assert (row.state, row.postponed, row.tries) == ("due", "throttled", 0)
    third = rows.due(rows.campaign(), alice)
    sent_round()
    third.refresh_from_db()
    assert (third.state, third.postponed, third.due_at) == ("due", "provider_blocked", push_service.blocked_until)
    sent_round(NOON + timedelta(seconds=31))
    assert {row.state for row in Delivery.objects.all()} == {"sent"}


@pytest.mark.parametrize("outcome", [DEAD, REJECTED], ids=["dead", "rejected"])
def test_the_next_channel_is_taken_where_the_first_ends_in_vain(webpush, fcm, reader, outcome):
    rows.telephone(reader)
    webpush.answers.append(outcome)
    row = rows.due(rows.campaign(channels=["webpush", "fcm"]), reader)
    sent_round()
    assert (*ended(row), row.postponed) == ("due", "", "next_channel")
    sent_round()
    assert ended(row) == ("sent", "")
    assert row.channel == "fcm"
    assert [len(webpush.asked), len(fcm.asked)] == [1, 1]
    assert counted() == {"day": (1, 0), "week": (1, 0)}


def test_the_last_channel_says_how_it_ended(webpush, fcm, reader):
    rows.telephone(reader)
    webpush.answers.append(REJECTED)
    fcm.answers.append(DEAD)
    row = rows.due(rows.campaign(channels=["webpush", "fcm"]), reader)
    sent_round()
    sent_round()
    assert ended(row) == ("dead_token", "HTTP 410")


def test_a_member_without_the_first_channel_gets_it_by_the_next(webpush, fcm, alice):
    rows.telephone(alice)
    row = rows.due(rows.campaign(channels=["webpush", "fcm"]), alice)
    sent_round()
    assert (*ended(row), row.channel) == ("sent", "", "fcm")


def test_every_device_gets_it_and_one_is_enough(webpush, reader):
    rows.browser(reader)
    rows.browser(reader)
    webpush.answers.extend([DEAD, ACCEPTED, UNKNOWN])
    row = rows.due(rows.campaign(policy="prefer-loss"), reader)
    sent_round()
    assert ended(row) == ("sent", "")
    assert Counter(row.attempts.values_list("outcome", flat=True)) == {"dead_token": 1, "accepted": 1, "lost": 1}
    assert Device.objects.standing().count() == 2


def test_unknown_under_prefer_loss_is_the_end_and_keeps_its_places(webpush, reader):
    webpush.answers.append(UNKNOWN)
    row = rows.due(rows.campaign(policy="prefer-loss"), reader)
    sent_round()
    assert ended(row) == ("unknown", "prefer-loss")
    assert counted() == {"day": (1, 0), "week": (1, 0)}


def test_unknown_under_prefer_duplicate_is_sent_again_and_marked(webpush, reader):
    webpush.answers.append(UNKNOWN)
    row = rows.due(rows.campaign(policy="prefer-duplicate"), reader)
    sent_round()
    row.refresh_from_db()
    assert (row.state, row.postponed) == ("due", "unknown")
    sent_round(row.due_at)
    assert ended(row) == ("sent", "")
    assert list(row.attempts.order_by("pk").values_list("outcome", "replaced")) == [("lost", False), ("accepted", True)]
    first, second = webpush.asked
    assert first.message.collapse_key == second.message.collapse_key
    assert first.idempotency_key == second.idempotency_key
    assert counted() == {"day": (1, 0), "week": (1, 0)}


def test_where_a_repetition_is_known_it_is_repeated_whatever_the_policy(webpush, reader):
    webpush.repeats_are_known = True
    webpush.answers.append(UNKNOWN)
    row = rows.due(rows.campaign(policy="prefer-loss"), reader)
    sent_round()
    row.refresh_from_db()
    sent_round(row.due_at)
    assert ended(row) == ("sent", "")
    assert not row.attempts.filter(replaced=True).exists()


def test_a_fault_in_a_channel_is_unknown_and_its_neighbours_go_on(webpush, alice, bob):
    for member in (alice, bob):
        rows.browser(member)
    campaign = rows.campaign(policy="prefer-loss")
    pair = {rows.due(campaign, alice).pk, rows.due(campaign, bob).pk}
    webpush.answers.append(ZeroDivisionError("a bug"))
    sent_round()
    assert {row.state for row in Delivery.objects.filter(pk__in=pair)} == {"unknown", "sent"}


def test_a_provider_without_keys_postpones(webpush, reader):
    webpush.no_keys = Unavailable("away", after=20)
    row = rows.due(rows.campaign(), reader)
    sent_round()
    row.refresh_from_db()
    assert (row.state, row.postponed, row.due_at) == ("due", "no_keys", NOON + timedelta(seconds=20))
    assert not row.attempts.exists()


def test_nobody_else_settles_a_row(webpush, reader, monkeypatch):
    """The lease ended under way, and the reaper has decided."""
    row = rows.due(rows.campaign(policy="prefer-loss"), reader)
    real = flights.settle

    def late(*given):
        Delivery.objects.filter(pk=row.pk).update(state="unknown", lease=None, ended_at=NOON)
        return real(*given)

    monkeypatch.setattr(flights, "settle", late)
    sent_round()
    assert ended(row) == ("unknown", "")
    assert row.attempts.get().outcome == ""
    assert not Event.objects.filter(name="message_sent").exists()


def test_a_batch_takes_as_many_queries_whatever_its_size(webpush):
    def batch(number):
        campaign = rows.campaign()
        for member in rows.members(number):
            rows.browser(member)
            rows.due(campaign, member)

    taken = []
    for number in (3, 30):
        batch(number)
        with CaptureQueriesContext(connection) as queries:
            assert sent_round() == number
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_one_slow_answer_holds_up_nobody(webpush, monkeypatch):
    """Of ten, one never comes: the others are settled, and a second batch goes out meanwhile."""
    monkeypatch.setattr(claiming, "BATCH", 10)
    monkeypatch.setattr(claiming, "SMALLEST", 10)
    monkeypatch.setattr(sending, "SECONDS", 1)
    campaign = rows.campaign(policy="prefer-loss")
    for member in rows.members(20):
        rows.browser(member)
        rows.due(campaign, member)
    webpush.answers.append(SILENCE)
    with time_machine.travel(NOON, tick=False):
        assert rounds.send_due(5) == 20
    states = list(Delivery.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["unknown"] + ["sent"] * 19
    last = Event.objects.filter(name="message_sent").order_by("pk").last()
    assert last.object_id == Delivery.objects.order_by("pk").last().pk
