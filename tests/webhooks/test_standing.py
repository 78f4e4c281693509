"""An endpoint that fails for days is dead, and its owner hears of it, mail server or none."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from community.webhooks import acts, owners, sending, standing
from community.webhooks.calling import Answer
from community.webhooks.models import Endpoint
from tests import builders
from tests.webhooks import news

pytestmark = pytest.mark.django_db


def fail(endpoint: Endpoint, *, days: float = 0, code: int = 500) -> Endpoint:
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        standing.failed(endpoint.pk, Answer(code=code))
    endpoint.refresh_from_db()
    return endpoint


def test_failures_in_a_row_are_counted_and_a_success_forgets_them(endpoint_at):
    endpoint = endpoint_at()
    fail(endpoint)
    assert fail(endpoint).failures == 2
    assert endpoint.rests_until > timezone.now()
    standing.recovered(endpoint.pk)
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since) == (0, None)


def test_it_is_dead_after_five_days_of_nothing_but_failures(endpoint_at):
    endpoint = endpoint_at()
    fail(endpoint)
    assert fail(endpoint, days=4.9).state == "on"
    assert fail(endpoint, days=5.1).state == "dead"


def test_one_success_in_between_starts_the_days_anew(endpoint_at):
    endpoint = endpoint_at()
    fail(endpoint)
    standing.recovered(endpoint.pk)
    fail(endpoint, days=4)
    assert fail(endpoint, days=6).state == "on"


def test_gone_is_gone_at_once(endpoint_at, receiver):
    endpoint = endpoint_at(receiver.url)
    builders.question()
    news.fan_out()
    receiver.answers = [410]
    sending.send_due(endpoint.pk)
    endpoint.refresh_from_db()
    assert endpoint.state == "dead"
    assert sending.send_due(endpoint.pk) == 0


def test_a_dead_endpoint_misses_nothing_once_it_is_on_again(endpoint_at, receiver):
    endpoint = fail(endpoint_at(receiver.url, names=["topic_started"]), code=410)
    builders.question()
    news.fan_out()
    assert sending.send_due(endpoint.pk) == 0
    acts.turn_on(endpoint)
    assert sending.send_due(endpoint.pk) == 1


def test_the_owner_is_told_once_in_their_language(endpoint_at, admin):
    admin.language = "zh-hans"
    admin.save()
    endpoint = fail(endpoint_at(name="Chat"), code=410)
    assert (owners.tell(), owners.tell()) == (1, 0)
    (letter,) = mail.outbox
    assert letter.to == [admin.email]
    assert "Chat" in letter.subject
    assert "失效" in letter.subject
    assert f"http://testserver/admin/webhooks/endpoint/{endpoint.pk}/change/" in letter.body
    assert "https://example.org/hook" in letter.body


@pytest.mark.parametrize("owner", ["none", "inactive"])
def test_without_an_owner_to_reach_the_admins_are_told(endpoint_at, admin, alice, owner):
    alice.is_active = False
    alice.save()
    fail(endpoint_at(owner=None if owner == "none" else alice), code=410)
    owners.tell()
    assert [letter.to for letter in mail.outbox] == [[admin.email]]


def test_a_mail_server_that_is_away_loses_no_word(endpoint_at, settings):
    fail(endpoint_at(), code=410)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    assert owners.tell() == 0
    settings.EMAIL_BACKEND = backend
    assert owners.tell() == 0, "asked again at once"
    cache.delete(owners.AWAY)
    assert owners.tell() == 1
    assert len(mail.outbox) == 1


def test_an_attempt_that_was_under_way_when_it_died_is_not_told_of_again(endpoint_at):
    endpoint = fail(endpoint_at(), code=410)
    owners.tell()
    assert fail(endpoint, code=410).failures == 2
    assert owners.tell() == 0


def test_an_endpoint_that_was_turned_on_meanwhile_is_not_told_of(endpoint_at):
    endpoint = fail(endpoint_at(), code=410)
    acts.turn_on(endpoint)
    assert owners.tell() == 0
