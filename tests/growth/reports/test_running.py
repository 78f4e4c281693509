"""Workers answer: once, watched, stopped when nobody waits, taken up again when they die."""

import threading
import time
from datetime import timedelta

import ibis
import pytest
from django.utils import timezone

from events.record import record
from growth.reports import asking, running
from growth.reports.models import Answer
from tests.growth.reports.counting import Counting

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(question):
    def put(cell: dict | None = None, **given: object) -> Answer:
        put_question = question(cell, **given)
        asking.ask(put_question)
        return asking.standing(put_question).open

    return put


def test_one_worker_claims_it(asked):
    answer = asked()
    claimed = running._claimed(answer.pk)
    assert (claimed.state, claimed.attempts) == ("running", 1)
    assert running._claimed(answer.pk) is None


def test_what_a_kind_refuses_is_told_in_its_words_in_one_line(asked):
    answer = asked(event="never")
    running.run(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.fault) == ("failed", "There is no event “never”.")


@pytest.mark.parametrize("result", [{"doers": float("nan")}, {"doers": object()}])
def test_a_fault_of_ours_is_said_so_and_logged(asked, monkeypatch, caplog, result):
    monkeypatch.setattr(Counting, "answer", lambda *_given: result)
    answer = asked()
    running.run(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.fault) == ("failed", running.OURS)
    assert "failed" in caplog.text


def test_a_kind_that_is_gone_is_told(asked, monkeypatch):
    answer = asked()
    monkeypatch.setattr("growth.reports.running.KINDS", {})
    running.run(answer.pk)
    answer.refresh_from_db()
    assert answer.fault == running.GONE


def test_people_are_kept_members_first(asked, alice, bob):
    for unit in (-7, bob.pk, alice.pk, -3, alice.pk):
        record("topic_started", unit=unit)
    answer = asked({"times": 1})
    running.run(answer.pk)
    answer.refresh_from_db()
    assert (answer.persons, answer.kept) == ([*sorted((alice.pk, bob.pk)), -3, -7], "")


def test_a_question_as_of_a_moment_reads_what_was_there_then(asked, alice):
    record("topic_started", unit=alice.pk, at=timezone.now() - timedelta(days=3))
    record("topic_started", unit=alice.pk)
    for as_of, times in ((timezone.now() - timedelta(days=1), 1), (timezone.now() + timedelta(minutes=1), 2)):
        answer = asked(as_of=as_of.isoformat())
        running.run(answer.pk)
        answer.refresh_from_db()
        assert (answer.result["times"], answer.as_of) == (times, as_of)


def test_the_order_of_a_result_stays(asked, monkeypatch):
    monkeypatch.setattr(Counting, "answer", lambda *_given: {"week": {"b": 1, "a": 2}, "all": 1})
    answer = asked()
    running.run(answer.pk)
    answer.refresh_from_db()
    assert [list(answer.result), list(answer.result["week"])] == [["week", "all"], ["b", "a"]]


def test_what_was_cancelled_stays_so_though_its_worker_comes_to_an_end(asked):
    answer = asked()
    claimed = running._claimed(answer.pk)
    assert asking.cancel(answer)
    running._finish(claimed, {"kept": "{}", "as_of": timezone.now()})
    running._fail(claimed, "too late")
    answer.refresh_from_db()
    assert (answer.state, answer.kept, answer.fault) == ("cancelled", "", "")
    assert not asking.cancel(answer)
    running.run(answer.pk)  # the bell that was rung before
    answer.refresh_from_db()
    assert answer.state == "cancelled"


def test_a_lost_worker_s_question_waits_again_and_the_second_death_is_the_last(asked):
    answer = asked()
    for state, fault in (("queued", ""), ("failed", running.DIED)):
        ghost = running._claimed(answer.pk)
        running.take_up_lost(timezone.now())
        answer.refresh_from_db()
        assert answer.state == "running"  # it was heard of just now
        running.take_up_lost(timezone.now() + Answer.SILENCE + timedelta(seconds=1))
        answer.refresh_from_db()
        assert (answer.state, answer.fault) == (state, fault)
        running._finish(ghost, {"kept": "{}", "as_of": timezone.now()})
        answer.refresh_from_db()
        assert answer.state == state


def slow(*_given: object) -> ibis.Table:
    """Some minutes of work for any engine."""
    numbers = ibis.range(100_000).unnest().name("n").as_table()
    pairs = numbers.cross_join(numbers.view())
    return pairs.aggregate(n=(pairs.n * pairs.n_right % 7919).nunique())


@pytest.fixture
def endless(monkeypatch):
    monkeypatch.setattr(Counting, "answer", lambda _self, _params, reader: reader.records(slow())[0])
    monkeypatch.setattr(running, "BEAT", 0.05)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_cancelling_stops_the_query_that_runs(asked, endless):
    answer = asked()
    timer = threading.Timer(0.3, lambda: _cancel(answer))
    timer.start()
    began = time.monotonic()
    running.run(answer.pk)
    assert time.monotonic() - began < 5
    timer.join()
    answer.refresh_from_db()
    assert (answer.state, answer.fault) == ("cancelled", "")


def _cancel(answer: Answer) -> None:
    try:
        asking.cancel(answer)
    finally:
        running.connection.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_ended_and_told(asked, endless, monkeypatch):
    monkeypatch.setattr(running, "LONGEST", timedelta(seconds=0.3))
    answer = asked()
    running.run(answer.pk)
    answer.refresh_from_db()
    assert (answer.state, answer.fault) == ("failed", running.TOO_LONG)
    assert answer.seen_at > answer.started_at
