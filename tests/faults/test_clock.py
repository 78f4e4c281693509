"""The clock of the machine goes back, by minutes or days: nothing breaks, nobody is locked out, the ledger holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from community.forum import accepting, editing, posting, voting
from community.forum.models import Topic
from community.members import counting, limits
from community.members.counting import Memory
from community.notifications import sending, telling
from community.points.models import Entry
from community.points.verifying import verify
from community.webhooks import sending as webhooks
from tests import builders
from tests.webhooks import news

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BACK = [timedelta(minutes=10), timedelta(days=2)]


@pytest.fixture(params=BACK, ids=["minutes", "days"])
def back(request, time_machine) -> timedelta:
    """The clock stands at NOW; `go(back)` is called by the test."""
    time_machine.move_to(NOW, tick=False)
    return request.param


def test_topics_and_answers_are_posted_ranked_and_listed(client, alice, bob, back, time_machine):
    first = builders.question(alice)
    builders.answer(first, bob)
    time_machine.move_to(NOW - back)
    second = builders.question(alice)
    later = builders.answer(first, bob)
    first.refresh_from_db()
    assert first.active_at == NOW, "activity does not go back"
    assert first.reply_count == first.last_number == later.number == 2
    assert second.hot < first.hot, "the order of the clock's times, not of their telling"
    page = client.get("/new/").content.decode()
    assert page.index(first.title) < page.index(second.title)
    assert client.get(first.get_absolute_url()).status_code == 200


def test_the_ledger_of_days_still_adds_up(alice, back, time_machine):
    voters = [builders.trusted() for _ in range(22)]
    answer = builders.answer(builders.question(), alice)
    others = [builders.answer(author=alice) for _ in range(2)]
    for voter in voters:
        voting.vote(answer, member=voter, value=1)  # above the cap of the day
    time_machine.move_to(NOW - back)
    for voter in voters[:6]:
        voting.vote(others[0], member=voter, value=1)
    voting.vote(answer, member=voters[0], value=0)  # undone before it was done
    voting.vote(answer, member=voters[1], value=-1)
    time_machine.move_to(NOW)
    voting.vote(others[1], member=voters[0], value=1)
    assert verify(boards=False).details == []
    assert Entry.objects.filter(member=alice, reversal_of__isnull=False).exists()


def test_an_acceptance_and_an_edit_before_their_time_are_taken(alice, bob, back, time_machine):
    answer = builders.answer(builders.question(alice), bob)
    time_machine.move_to(NOW - back)
    accepting.accept(answer, member=alice)
    editing.edit(answer, editor=bob, body="Said better, though earlier.", version=1)
    answer.refresh_from_db()
    assert answer.version == 2
    assert Topic.objects.get(pk=answer.topic_id).accepted_id == answer.pk


@pytest.mark.parametrize("place", ["redis", "memory"])
def test_a_limit_makes_nobody_wait_for_longer_than_twice_its_time(alice, settings, monkeypatch, time_machine, place):
    settings.RATE_LIMITS = True
    if place == "memory":
        settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock?db=0"
        monkeypatch.setattr(counting, "_memory", Memory())
    time_machine.move_to(NOW, tick=False)
    limits.take("answer", alice)  # one in ten seconds
    time_machine.move_to(NOW - timedelta(seconds=8))
    with pytest.raises(limits.TooMany) as refusal:
        limits.take("answer", alice)
    assert refusal.value.retry_after <= 20
    time_machine.move_to(NOW - timedelta(hours=3))
    limits.take("answer", alice)


def test_who_is_signed_in_stays_so(client_of, alice, back, time_machine):
    client = client_of(alice)
    time_machine.move_to(NOW - back)
    assert client.get("/settings/").status_code == 200


def test_pressing_twice_still_posts_once(alice, back, time_machine):
    topic = builders.question()
    first = posting.answer(topic, author=alice, body="Pressed twice, as one does.")
    time_machine.move_to(NOW - back)
    assert posting.answer(topic, author=alice, body="Pressed twice, as one does.").pk == first.pk


def test_mail_waits_for_its_time_and_is_not_lost(alice, bob, back, time_machine, mailoutbox):
    telling.tell("followed", to=[alice.pk], actor=bob, source=("member", bob.pk))
    time_machine.move_to(NOW - back)
    assert sending.send_due() == 0
    time_machine.move_to(NOW)
    assert sending.send_due() == len(mailoutbox) == 1


def test_a_webhook_waits_for_its_time_and_is_not_lost(alice, back, time_machine, endpoint_at, receiver):
    endpoint = endpoint_at(receiver.url, names=["topic_started"])
    builders.question(alice)
    news.fan_out()
    time_machine.move_to(NOW - back)
    assert webhooks.send_due(endpoint.pk) == 0
    time_machine.move_to(NOW)
    assert webhooks.send_due(endpoint.pk) == 1
