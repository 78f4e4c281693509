"""From a due row to a verified message at a real server, and back."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from community.forum import removing
from community.webhooks import acts, sending
from community.webhooks.calling import Answer
from community.webhooks.models import Delivery, Endpoint
from tests import builders
from tests.webhooks import news

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(endpoint, alice) -> Delivery:
    builders.question(alice, title="Is it there yet?")
    return news.only(endpoint, "topic_started")


def send_all(endpoint: Endpoint) -> int:
    return sending.send_due(endpoint.pk)


def stand(delivery: Delivery) -> tuple[str, int]:
    delivery.refresh_from_db()
    assert delivery.lease is None
    return delivery.state, delivery.tries


def test_a_message_arrives_signed_and_its_delivery_is_done(delivery, endpoint, receiver):
    sent = send_all(endpoint)
    assert sent == endpoint.deliveries.count()
    assert stand(delivery) == ("delivered", 1)
    message = next(one for one in receiver.taken if one.id == delivery.message_id)
    assert message.verified(endpoint.secret)["data"]["topic"]["title"] == "Is it there yet?"
    assert message.headers["content-type"] == "application/json"
    attempt = delivery.attempts.get()
    assert (attempt.code, attempt.error) == (204, "")


def test_after_a_rotation_messages_verify_with_the_old_secret_too_for_a_day(delivery, endpoint, receiver):
    old = endpoint.secret
    acts.rotate(endpoint)
    assert endpoint.secret != old
    send_all(endpoint)
    for secret in (old, endpoint.secret):
        receiver.taken[0].verified(secret)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert endpoint.secrets(timezone.now()) == [endpoint.secret]


def test_a_failure_is_tried_again_later_with_the_same_id_and_a_new_time(delivery, endpoint, receiver):
    Delivery.objects.exclude(pk=delivery.pk).delete()
    receiver.answers = [lambda to: to.say(500, b"out of order")]
    assert send_all(endpoint) == 0
    assert stand(delivery) == ("waiting", 1)
    assert 4 < (delivery.due_at - timezone.now()).total_seconds() < 6
    attempt = delivery.attempts.get()
    assert (attempt.code, attempt.answer) == (500, "out of order")
    assert send_all(endpoint) == 0, "it is not due yet"
    with time_machine.travel(timezone.now() + timedelta(seconds=7)):
        assert send_all(endpoint) == 1
    assert stand(delivery) == ("delivered", 2)
    first, second = receiver.taken
    assert first.id == second.id
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]


def test_after_ten_failed_attempts_a_delivery_has_failed(delivery, endpoint, receiver):
    Delivery.objects.exclude(pk=delivery.pk).delete()
    receiver.answers = [500] * 20
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(12):
            send_all(endpoint)
            clock.shift(timedelta(hours=27))
            Endpoint.objects.update(state="on", failing_since=timezone.now())  # dead after days is told elsewhere
    assert stand(delivery) == ("failed", 10)
    assert len(receiver.taken) == delivery.attempts.count() == 10


def test_what_was_deleted_before_it_was_sent_is_skipped_for_good(delivery, endpoint, receiver, mod, alice):
    Delivery.objects.exclude(pk=delivery.pk).delete()
    removing.delete(alice.topics.get(), by=mod)
    assert send_all(endpoint) == 0
    assert stand(delivery) == ("skipped", 1)
    assert receiver.taken == []


def test_a_failing_endpoint_bears_one_request_and_then_rests(endpoint, receiver):
    for _ in range(5):
        builders.question()
    news.fan_out()
    receiver.answers = [500]
    send_all(endpoint)
    send_all(endpoint)
    assert len(receiver.taken) == 1


def test_an_endpoint_that_is_off_keeps_what_waits_until_it_is_on_again(delivery, endpoint, receiver):
    acts.turn_off(endpoint)
    assert send_all(endpoint) == 0
    acts.turn_on(endpoint)
    assert send_all(endpoint) > 0
    assert stand(delivery) == ("delivered", 1)


def test_one_endpoint_that_hangs_does_not_hold_up_another(endpoint_at, endpoint, receiver, delivery, settings):
    other = endpoint_at("https://127.0.0.1/refused")
    builders.question()
    news.fan_out()
    assert send_all(other) == 0
    assert send_all(endpoint) > 0
    assert set(Endpoint.objects.to_serve(timezone.now())) == set()  # the one rests, the other is served


def test_a_worker_that_was_given_up_for_lost_does_not_overwrite_what_came_after(delivery, endpoint, receiver):
    Delivery.objects.exclude(pk=delivery.pk).delete()
    slow = sending.claim(endpoint.pk)
    assert sending.claim(endpoint.pk) is None, "leased"
    with time_machine.travel(timezone.now() + sending.LEASE + timedelta(seconds=1)):
        assert send_all(endpoint) == 1
    sending.settle(slow, Answer(error="ReadTimeout"))
    assert stand(delivery) == ("delivered", 2)
    assert delivery.attempts.count() == 1
    endpoint.refresh_from_db()
    assert endpoint.failures == 0


def test_an_endpoint_that_a_worker_serves_is_left_to_it(delivery, endpoint):
    now = timezone.now()
    assert endpoint in Endpoint.objects.to_serve(now)
    sending.claim(endpoint.pk)
    assert endpoint not in Endpoint.objects.to_serve(timezone.now())
    later = now + sending.LEASE + timedelta(seconds=1)
    assert endpoint in Endpoint.objects.to_serve(later)


def test_no_transaction_is_open_while_the_receiver_thinks(delivery, endpoint, receiver):
    """In a test there is the test's own; what is asked is that nothing is opened within it."""
    depth = []
    receiver.answers = [lambda to: (depth.append(len(connection.savepoint_ids)), to.say(204))]
    send_all(endpoint)
    assert depth == [0]


def test_how_long_the_receiver_took_is_kept(delivery, endpoint, receiver):
    Delivery.objects.exclude(pk=delivery.pk).delete()
    receiver.answers = [lambda to: (time.sleep(0.05), to.say(204))]
    send_all(endpoint)
    assert 50 <= delivery.attempts.get().milliseconds < 5000


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_delivery_once(endpoint, receiver):
    Delivery.objects.bulk_create(Delivery(endpoint=endpoint, name="test") for _ in range(40))
    taken: list[int] = []

    def work() -> None:
        while (delivery := sending.claim(endpoint.pk)) is not None:
            sending.send(delivery)
            taken.append(delivery.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == len(set(taken)) == len(receiver.taken) == 40
    assert len({message.id for message in receiver.taken}) == 40
