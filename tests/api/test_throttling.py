"""How many requests in a minute: told beforehand, counted for each member and each address of strangers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from community.api import throttling
from community.members import limits as numbers
from tests import builders
from tests.api.test_problems import problem

NOON = datetime(2026, 11, 21, 12, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def limits(settings, monkeypatch, db):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(throttling, "OF_ADDRESS", 3)
    monkeypatch.setattr(throttling, "OF_MEMBER", 5)


def told(response) -> tuple[str, ...]:
    return tuple(response[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))


def test_a_stranger_counts_by_address(anybody):
    with time_machine.travel(NOON, tick=False):
        assert [told(anybody.get("tags/")) for _ in range(3)] == [("3", left, "40") for left in "210"]
        refused = anybody.get("tags/")
        problem(refused, 429, "too-many-requests")
        assert (refused["Retry-After"], told(refused)) == ("40", ("3", "0", "40"))
        anybody.headers["X-Forwarded-For"] = "203.0.113.7"  # nobody vouches for it
        assert anybody.get("tags/").status_code == 429
    with time_machine.travel(NOON.replace(minute=1), tick=False):
        assert anybody.get("tags/").status_code == 200


def test_a_member_counts_once_for_all_tokens_and_sessions(api_of, token_of, alice, bob):
    callers = [api_of(alice), token_of(alice), token_of(alice)]
    with time_machine.travel(NOON, tick=False):
        left = [told(callers[number % 3].get("tags/"))[1] for number in range(5)]
        assert left == list("43210")
        assert all(caller.get("tags/").status_code == 429 for caller in callers)
        assert api_of(bob).get("tags/").status_code == 200


def test_who_guesses_tokens_is_a_stranger_who_is_counted(anybody):
    anybody.headers["Authorization"] = "Bearer fwp_guessed"
    with time_machine.travel(NOON, tick=False):
        assert [anybody.get("me/").status_code for _ in range(4)] == [401, 401, 401, 429]


def test_refusals_and_304_are_told_too(anybody):
    with time_machine.travel(NOON, tick=False):
        etag = anybody.get("tags/")["ETag"]
        assert told(anybody.get("tags/", {"If-None-Match": etag})) == ("3", "1", "40")
        assert told(anybody.get("tags/nothing/")) == ("3", "0", "40")


def test_without_redis_the_process_counts_for_itself(anybody, monkeypatch, settings):
    settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock"
    with time_machine.travel(NOON, tick=False):
        assert [anybody.get("tags/").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_the_limits_of_an_act_hold_here_as_on_the_site(api_of, alice):
    topic, caller = builders.discussion(), api_of(alice)
    bodies = [{"body": f"Something new to say: {number}."} for number in range(2)]
    with time_machine.travel(NOON, tick=False):
        first, second = (caller.post(f"topics/{topic.pk}/posts/", body) for body in bodies)
    assert first.status_code == 201
    assert problem(second, 429, "too-many-requests")["detail"]
    assert second["Retry-After"] == "10"


def test_what_the_site_itself_refuses_is_a_problem_too(api_of, alice, monkeypatch):
    """The limit of writes of an address, counted before the API is asked."""
    monkeypatch.setitem(numbers.OF_ADDRESS, "write", (numbers.Limit(1, numbers.MINUTE),))
    caller = api_of(alice)
    assert caller.put("drafts/topic/", {"title": "Half a title"}).status_code == 204
    refused = caller.put("drafts/topic/", {"title": "Half a title"})
    problem(refused, 429, "too-many-requests")
    assert int(refused["Retry-After"]) > 0
