"""Limits by newness and address: exact, atomic, and never off because Redis is."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from community.members import counting, limits
from community.members.addresses import address_of
from community.members.counting import Counter, Memory
from community.members.models import Member
from community.members.throttling import RateLimitMiddleware
from tests import builders

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _limits_on(settings, redis_client):
    settings.RATE_LIMITS = True


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def newcomer() -> Member:
    return Member(pk=71, points=1, date_joined=NOON)


@pytest.fixture
def regular() -> Member:
    return Member(pk=72, points=500, date_joined=NOON - timedelta(days=400))


@pytest.fixture
def no_redis(settings, monkeypatch):
    settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock?db=0"
    monkeypatch.setattr(counting, "_memory", Memory())


def refused(name: str, who) -> int | None:
    """The seconds to wait, None where it was allowed."""
    try:
        limits.take(name, who)
    except limits.TooMany as error:
        return error.retry_after
    return None


def post(address: str, member=None, **meta):
    request = RequestFactory().post("/", REMOTE_ADDR=address, **meta)
    request.user = member or AnonymousUser()
    return request


def test_a_newcomer_waits_two_minutes_between_topics(clock, newcomer):
    assert refused("topic", newcomer) is None
    clock.shift(50)
    assert refused("topic", newcomer) == 70
    clock.shift(70)
    assert refused("topic", newcomer) is None


def test_a_newcomer_starts_three_topics_a_day_over_any_24_hours(clock, newcomer):
    for _ in range(3):
        assert refused("topic", newcomer) is None
        clock.shift(timedelta(hours=4))
    assert refused("topic", newcomer) == 12 * 3600
    clock.shift(timedelta(hours=12))
    assert refused("topic", newcomer) is None
    assert refused("topic", newcomer) == 4 * 3600  # the second of yesterday still counts


def test_a_newcomer_writes_ten_answers_a_day(clock, newcomer):
    for _ in range(10):
        assert refused("answer", newcomer) is None
        clock.shift(60)
    assert refused("answer", newcomer) == 24 * 3600 - 600


def test_a_regular_waits_fifteen_seconds_between_topics_and_five_between_answers(clock, regular):
    assert refused("topic", regular) is None
    assert refused("topic", regular) == 15
    assert refused("answer", regular) is None
    clock.shift(2)
    assert refused("answer", regular) == 3


def test_an_old_account_without_points_and_a_young_one_with_points_are_both_new(clock):
    assert limits.is_new(Member(points=9, date_joined=NOON - timedelta(days=100)))
    assert limits.is_new(Member(points=90, date_joined=NOON - timedelta(hours=23)))
    assert not limits.is_new(Member(points=10, date_joined=NOON - timedelta(hours=25)))


def test_a_refused_act_does_not_count(clock, regular):
    assert refused("topic", regular) is None
    for _ in range(14):
        clock.shift(1)
        assert refused("topic", regular)
    clock.shift(1)
    assert refused("topic", regular) is None


def test_forty_votes_an_hour(clock, regular):
    assert [refused("vote", regular) for _ in range(40)] == [None] * 40
    assert refused("vote", regular) == 3600


def test_moderators_are_not_limited(clock):
    moderator = Member(pk=73, is_moderator=True, date_joined=NOON)
    assert [refused("vote", moderator) for _ in range(50)] == [None] * 50


def test_members_behind_one_address_have_their_own_limits_and_share_the_address(clock, regular, monkeypatch):
    monkeypatch.setitem(limits.OF_ADDRESS, "vote", (limits.Limit(3, limits.HOUR),))
    others = [Member(pk=pk, points=500, date_joined=regular.date_joined) for pk in (81, 82, 83, 84)]
    assert [refused("vote", post("192.0.2.7", other)) for other in others] == [None, None, None, 3600]
    assert refused("vote", post("192.0.2.8", others[3])) is None


def test_nothing_is_limited_where_the_setting_says_so(clock, newcomer, settings):
    settings.RATE_LIMITS = False
    assert [refused("topic", newcomer) for _ in range(20)] == [None] * 20


def test_an_unknown_limit_is_a_fault_of_the_caller(newcomer):
    with pytest.raises(ValueError, match="no limit is named"):
        limits.take("topics", newcomer)


def test_without_redis_the_same_limits_hold(clock, newcomer, no_redis):
    assert refused("topic", newcomer) is None
    clock.shift(50)
    assert refused("topic", newcomer) == 70
    clock.shift(70)
    assert refused("topic", newcomer) is None


def test_the_memory_without_redis_is_bounded_and_forgets_the_longest_unused():
    memory = Memory(most=3)
    counters = [Counter(f"m{n}", 1, 60) for n in range(5)]
    assert [memory.take([counter], 0) for counter in counters] == [0] * 5
    assert len(memory._acts) == 3
    assert [memory.take([counter], 0) for counter in reversed(counters[2:])] == [60_000] * 3


def test_threads_cannot_slip_through_together():
    counter, passed = Counter("rush", 5, 60), []

    def rush() -> None:
        passed.extend(counting.take([counter]) == 0 for _ in range(5))

    threads = [threading.Thread(target=rush) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 5


def test_redis_forgets_a_counter_when_its_period_is_over(redis_client):
    counter = Counter("short", 2, 60)
    counting.take([counter])
    assert 59_000 < redis_client.pttl(counter.key) <= 60_000


def test_redis_counts_again_after_it_was_away(clock, regular, settings, monkeypatch):
    there = settings.REDIS_DATA_URL
    settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock?db=0"
    monkeypatch.setattr(counting, "_memory", Memory())
    assert refused("topic", regular) is None
    settings.REDIS_DATA_URL = there
    assert refused("topic", regular) is None
    assert redis.Redis.from_url(there).exists(Counter("topic:m72", 1, 15).key)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),  # nobody of ours wrote it
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the left one is the client's invention
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),  # came past the proxies
        (1, "", "192.0.2.1"),
        (1, "not an address", "unknown"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2::"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    assert address_of(post("192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)) == address


def test_too_many_writes_from_an_address_are_answered_by_429_with_the_time_and_the_text(client, monkeypatch, db):
    monkeypatch.setitem(limits.OF_ADDRESS, "write", (limits.Limit(1, limits.MINUTE),))
    data = {"body": "What I had written <b>for an hour</b>", "csrfmiddlewaretoken": "secret-token"}
    assert client.post("/nowhere/", data).status_code == 404
    answer = client.post("/nowhere/", data)
    assert answer.status_code == 429
    assert 50 <= int(answer["Retry-After"]) <= 60
    page = answer.content.decode()
    assert "What I had written &lt;b&gt;for an hour&lt;/b&gt;" in page
    assert "secret-token" not in page
    assert re.search(r"try again in (1 minute|5\d seconds)\.", page)
    assert client.get("/nowhere/").status_code == 404  # reading goes on


def test_sign_ups_of_one_address_are_limited(client, monkeypatch, db):
    monkeypatch.setitem(limits.OF_ADDRESS, "sign-up", (limits.Limit(1, limits.HOUR),))
    data = {"email": "dora@example.org", "username": "dora", "password1": "wonderland-7"}
    assert client.post("/accounts/signup/", data).status_code == 302
    answer = client.post("/accounts/signup/", {**data, "email": "emil@example.org", "username": "emil"})
    assert answer.status_code == 429
    assert not Member.objects.filter(username="emil").exists()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second."),
        (59, "59 seconds."),
        (60, "1 minute."),
        (119, "2 minutes."),
        (5400, "90 minutes."),
        (5401, "2 hours."),
        (86400, "24 hours."),
    ],
)
def test_the_wait_is_told_in_words(seconds, words):
    assert str(limits.TooMany(seconds)).endswith(f"in {words}")


def test_the_form_comes_back_with_the_reason_and_all_that_was_typed(client_of, db):
    asker = builders.member("asker")
    place, client = builders.category(), client_of(asker)
    builders.tag("python")
    form = {"kind": "question", "category": place.pk, "tags": "python", "title": "Why is the first one allowed?"}
    assert client.post("/ask/", {**form, "body": "It is the first of all."}).status_code == 302
    page = client.post("/ask/", {**form, "title": "Why is this one not?", "body": "It took me an hour."})
    assert page.status_code == 429
    text = page.content.decode()
    assert "Please try again in" in text
    assert "It took me an hour." in text
    assert asker.topics.count() == 1


def test_what_no_view_shows_becomes_a_429(db):
    middleware = RateLimitMiddleware(lambda request: HttpResponse())
    answer = middleware.process_exception(post("192.0.2.1"), limits.TooMany(30))
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert middleware.process_exception(post("192.0.2.1"), ValueError()) is None
