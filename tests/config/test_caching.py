"""The shared cache: one for all processes, and none whose absence stops anybody."""

import pytest
from django.core.cache import caches
from django.urls import reverse

from config import caching
from config.caching import SharedCache

NOWHERE = "unix:///nowhere/redis.sock?db=0"


@pytest.fixture
def shared(redis_client, settings, monkeypatch) -> SharedCache:
    monkeypatch.setattr(SharedCache, "_away_until", 0.0)
    return SharedCache(settings.REDIS_DATA_URL, {})


@pytest.fixture
def alone(monkeypatch) -> SharedCache:
    monkeypatch.setattr(SharedCache, "_away_until", 0.0)
    cache = SharedCache(NOWHERE, {})
    yield cache
    cache.clear()


def ask(cache: SharedCache) -> list[object]:
    return [
        cache.add("a", 1),
        cache.add("a", 2),
        cache.incr("a"),
        cache.get("a"),
        cache.set("b", [1.5], 60),
        cache.touch("b", 90),
        cache.get_many(["a", "b", "c"]),
        cache.delete("a"),
        cache.get("a", "gone"),
    ]


def test_it_answers_alike_with_redis_and_without(shared, alone):
    assert ask(shared) == ask(alone) == [True, False, 2, 2, None, True, {"a": 2, "b": [1.5]}, True, "gone"]


def test_what_one_process_writes_another_reads(shared, settings):
    shared.set("a", "b")
    assert SharedCache(settings.REDIS_DATA_URL, {}).get("a") == "b"


def test_clearing_takes_only_what_is_its_own(shared, settings, redis_client):
    redis_client.set(f"{settings.REDIS_PREFIX}board", "1")
    shared.set("a", "b")
    shared.clear()
    assert shared.get("a") is None
    assert redis_client.get(f"{settings.REDIS_PREFIX}board") == b"1"


def test_a_redis_that_is_away_is_not_asked_again_at_once(alone, monkeypatch):
    asked = []
    monkeypatch.setattr(alone._redis, "get", lambda *given: asked.append(given))
    assert alone.get("a") is None
    assert len(asked) == 1
    alone.set("a", 1)
    assert (alone.get("a"), len(asked)) == (1, 1)
    monkeypatch.setattr(SharedCache, "_away_until", 0.0)
    alone.get("a")
    assert len(asked) == 2


@pytest.fixture
def limited(settings, monkeypatch):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/ip"}
    monkeypatch.setattr(SharedCache, "_away_until", 0.0)


def fail(client) -> int:
    return client.post(reverse("account_login"), {"login": "alice", "password": "wrong"}).status_code


@pytest.mark.django_db
def test_failed_sign_ins_are_counted_for_all_processes(client, alice, limited, redis_client, settings):
    for _n in range(3):
        fail(client)
    keys = list(redis_client.scan_iter(match=f"{settings.REDIS_PREFIX}cache:*allauth*"))
    assert keys
    page = client.post(reverse("account_login"), {"login": "alice", "password": "wonderland-7"})
    assert page.status_code == 200
    assert "Too many failed login attempts" in page.content.decode()


@pytest.mark.django_db
def test_with_redis_away_one_signs_in_and_failures_still_count(client, alice, limited, monkeypatch):
    gone = SharedCache(NOWHERE, {})
    monkeypatch.setattr(caches["default"], "_redis", gone._redis)
    reply = client.post(reverse("account_login"), {"login": "alice", "password": "wonderland-7"})
    assert reply.status_code == 302
    client.logout()
    for _n in range(3):
        fail(client)
    page = client.post(reverse("account_login"), {"login": "alice", "password": "wonderland-7"})
    assert "Too many failed login attempts" in page.content.decode()
    assert caching.AWAY_SECONDS < 5
