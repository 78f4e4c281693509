"""A POST under an Idempotency-Key is done once, however often it comes."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from community.api import idempotency
from community.api.models import KeptAnswer
from community.forum.models import Post, Topic
from tests import builders
from tests.api.test_problems import problem

TOPIC = {"title": "Why does it run twice?", "body": "Once would be enough.", "category": "general", "tags": ["python"]}


@pytest.fixture
def place(db):
    builders.tag()
    return builders.category()


def test_the_same_request_again_gives_the_same_answer(api_of, alice, place):
    first, again = (api_of(alice).post("topics/", TOPIC, key="a-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.content, first["Location"]) == (again.content, again["Location"])
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert Topic.objects.count() == 1


def test_after_the_thing_changed_the_first_answer_comes_all_the_same(api_of, alice, place):
    caller = api_of(alice)
    made = caller.post("topics/", TOPIC, key="a-1").json()
    caller.delete(f"topics/{made['id']}/")
    assert caller.post("topics/", TOPIC, key="a-1").json() == made


def test_another_body_or_address_under_the_key_is_refused(api_of, alice, place):
    caller = api_of(alice)
    made = caller.post("topics/", TOPIC, key="a-1").json()
    problem(caller.post("topics/", TOPIC | {"title": "Why does it run thrice?"}, key="a-1"), 422, "key-reused")
    problem(caller.post(f"topics/{made['id']}/posts/", TOPIC, key="a-1"), 422, "key-reused")
    assert Topic.objects.count() == 1


def test_another_member_has_keys_of_their_own(api_of, alice, bob, place):
    ids = {api_of(member).post("topics/", TOPIC, key="a-1").json()["id"] for member in (alice, bob)}
    assert len(ids) == 2


def test_a_refusal_is_not_kept(api_of, alice, place):
    caller = api_of(alice)
    problem(caller.post("topics/", TOPIC | {"tags": []}, key="a-1"), 422, "unfit")
    assert caller.post("topics/", TOPIC, key="a-1").status_code == 201


def test_after_a_day_the_key_is_free(api_of, alice, place):
    caller = api_of(alice)
    caller.post("topics/", TOPIC, key="a-1")
    KeptAnswer.objects.update(created_at=timezone.now() - idempotency.KEPT_FOR)
    assert caller.post("topics/", TOPIC | {"title": "Why does it run anew?"}, key="a-1").status_code == 201
    assert KeptAnswer.objects.count() == 1


def test_the_sweep_forgets_what_is_a_day_old(alice, db):
    for hours in (23, 25):
        KeptAnswer.objects.create(
            member=alice,
            key=str(hours),
            fingerprint="",
            status=201,
            created_at=timezone.now() - timedelta(hours=hours),
        )
    assert idempotency.sweep() == 1
    assert KeptAnswer.objects.get().key == "23"


@pytest.mark.parametrize("key", ["x" * 256, "with space", "é", "\t"], ids=["long", "space", "latin", "tab"])
def test_a_key_that_is_none(api_of, alice, place, key):
    problem(api_of(alice).post("topics/", TOPIC, key=key), 400, "bad-request")


def test_what_is_done_and_what_is_kept_stand_or_fall_together(api_of, alice, place, monkeypatch):
    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(idempotency, "_keep", broken)
    caller = api_of(alice)
    with pytest.raises(RuntimeError):
        caller.post("topics/", TOPIC, key="a-1")
    assert not Topic.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_waits_for_nothing_and_is_told_so(api_of, alice):
    """The first holds its transaction open until the second has been answered."""
    topic = builders.discussion(alice)
    held, done = threading.Event(), threading.Event()
    answers, callers = {}, [api_of(alice), api_of(alice)]  # signing in writes the member's row, which will be locked

    def first() -> None:
        original = idempotency._keep

        def slow(*args):
            held.set()
            assert done.wait(10)
            return original(*args)

        idempotency._keep = slow
        try:
            answers["first"] = callers[0].post(f"topics/{topic.pk}/posts/", {"body": "Said only once."}, key="a-1")
        finally:
            idempotency._keep = original
            connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(10)
    second = callers[1].post(f"topics/{topic.pk}/posts/", {"body": "Said only once."}, key="a-1")
    done.set()
    thread.join()
    problem(second, 409, "in-progress")
    assert second["Retry-After"] == "1"
    assert answers["first"].status_code == 201
    assert Post.objects.filter(topic=topic, number__gt=0).count() == 1
