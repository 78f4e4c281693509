"""A question is put once, whoever asks, and its stored answer is there at once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events.record import record
from growth.reports import asking, running
from growth.reports.models import Answer

pytestmark = pytest.mark.django_db


def test_the_same_question_put_in_two_ways_is_one(question):
    once = question(since="2026-01-05", tz="Europe/Berlin")
    again = question(since="2026-01-04T23:00:00Z", tz="Europe/Berlin", often="1")
    assert once.digest == again.digest
    assert len({once.digest, question().digest, question({"times": 1}).digest, question({"times": 2}).digest}) == 4


def test_what_is_asked_waits_until_a_worker_has_answered(question, alice):
    record("topic_started", unit=alice.pk)
    asking.ask(question(), by=alice.pk)
    waiting = asking.standing(question())
    assert (waiting.stored, waiting.open.state, waiting.open.asked_by) == (None, "queued", alice)
    running.run(waiting.open.pk)
    found = asking.standing(question())
    assert (found.open, found.failed, found.stored.result["doers"]) == (None, None, 1)
    assert found.stored.started_at < found.stored.as_of < found.stored.finished_at


def test_while_it_is_open_nobody_asks_again(question, django_assert_num_queries):
    asking.ask(question())
    with django_assert_num_queries(1):
        asking.ask(question())
    assert Answer.objects.count() == 1


def test_the_table_itself_lets_one_asking_be_open(question):
    given = {"kind": "counting", "params": {}, "digest": "d"}
    Answer.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(**given, state="running", started_at=timezone.now(), seen_at=timezone.now())
    Answer.objects.create(**given, state="failed")


def test_the_stored_answer_is_told_while_a_newer_one_is_computed(question):
    for _time in range(2):
        asking.ask(question())
        found = asking.standing(question())
        running.run(found.open.pk)
    first = asking.standing(question()).stored
    asking.ask(question())
    found = asking.standing(question())
    assert (found.stored, found.open.state) == (first, "queued")
    assert Answer.objects.count() == 2  # a newer answer takes the place of the older ones


def test_what_failed_is_told_beside_the_answer_before_it(question):
    asking.ask(question())
    running.run(Answer.objects.get().pk)
    asking.ask(question())
    running._fail(running._claimed(Answer.objects.latest("pk").pk), "no disk")
    found = asking.standing(question())
    assert (found.stored.state, found.failed.fault, found.open) == ("done", "no disk", None)


def test_only_one_who_was_never_asked_is_asked_by_a_look(question):
    found = asking.answered(question(), within=0)
    assert found.open.state == "queued"
    asking.cancel(found.open)
    assert asking.answered(question(), within=0).failed.state == "cancelled"
    assert Answer.objects.count() == 1


def test_saved_parameters_that_no_longer_hold_ask_nothing(question):
    assert asking.asked("counting", question(often=3).params) == question(often=3)
    assert asking.asked("counting", {"often": 0}) is None
    assert asking.asked("gone", {}) is None


def test_how_long_it_took_the_last_time_is_known_of_the_question_or_else_of_its_kind(question):
    assert asking.usual(question()) is None
    now = timezone.now()
    for asked, seconds in ((question(), 3), (question(often=2), 5)):
        Answer.objects.create(
            kind="counting", params={}, digest=asked.digest, state="done", kept="{}", as_of=now,
            started_at=now - timedelta(seconds=seconds), finished_at=now,
        )  # fmt: skip
    assert asking.usual(question()).seconds == 3
    assert asking.usual(question(often=9)).seconds == 5


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hundred_who_ask_at_once_start_one(question, admin):
    """Each in a thread and a connection of its own, twenty at a time, as processes of the web would."""
    put, room, faults = question(), threading.Barrier(20), []

    def ask() -> None:
        try:
            room.wait()
            for _time in range(5):
                asking.ask(put, by=admin.pk)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Answer.objects.count() == 1
