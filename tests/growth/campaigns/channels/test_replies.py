"""What HTTP means by its answers, and keys as services take them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth.campaigns.channels.collapsing import topic, within
from growth.campaigns.channels.interface import UNKNOWN
from growth.campaigns.channels.replies import LONGEST_WAIT, Reply, plain_outcome, retry_after
from growth.campaigns.channels.tokens import MOST, Token, Tokens
from tests.growth.campaigns.channels.running import run

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("9" * 30, LONGEST_WAIT),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=900), usegmt=True), LONGEST_WAIT),
        ("-5", None),
        ("1.5", None),
        ("nan", None),
        ("²", None),
        ("", None),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_is_a_fault(value):
    assert retry_after(value, NOW) is None or 0 <= retry_after(value, NOW) <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (Reply(fault="no route"), "retry", "no route"),
        (Reply(fault="no route", written=True), "retry", UNKNOWN),
        (Reply(fault="private", refused=True), "rejected", "private"),
        (Reply(429), "throttled", "HTTP 429"),
        (Reply(408), "retry", "HTTP 408"),
        (Reply(425), "retry", "HTTP 425"),
        (Reply(500), "retry", "HTTP 500"),
        (Reply(599), "retry", "HTTP 599"),
        (Reply(301), "rejected", "HTTP 301"),
        (Reply(400), "rejected", "HTTP 400"),
    ],
)
def test_the_meaning_of_an_answer(reply, kind, reason):
    outcome = plain_outcome(reply, throttles="carrier")
    assert (outcome.kind, outcome.reason, outcome.code) == (kind, reason, reply.code)


@given(st.text(min_size=1))
def test_a_topic_is_what_rfc_8030_takes(key):
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", topic(key))
    assert topic(topic(key)) == topic(key)


@given(st.text())
def test_a_collapse_id_fits_into_a_header(key):
    found = within(key, 64)
    assert 0 < len(found.encode()) <= 64
    assert found.isascii()
    assert found.isprintable()


def test_keys_of_two_messages_stay_two():
    keys = ["a" * 40, "a" * 41, "A" * 40, "ä", "ö", "a b", "a"]
    assert len({topic(key) for key in keys}) == len({within(key, 64) for key in keys}) == len(keys)


def test_a_token_is_made_again_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr("time.time", lambda: now)
    tokens, made, now = Tokens(), [], 0.0

    def make():
        made.append(now)
        return Token(f"made at {now}", now + 10)

    assert [tokens.get("a", make), tokens.get("a", make), len(made)] == ["made at 0.0", "made at 0.0", 1]
    now = 10.0
    assert tokens.get("a", make) == "made at 10.0"
    tokens.forget("a")
    tokens.get("a", make)
    assert len(made) == 3


def test_tokens_for_the_addresses_of_members_take_no_more_room():
    tokens = Tokens()
    for number in range(MOST + 100):
        tokens.get(number, lambda: Token("x", 10**12))
    assert len(tokens._kept) == MOST


def test_a_token_that_many_wait_for_is_asked_for_once():
    asked = []

    async def ask():
        asked.append(1)
        await asyncio.sleep(0)
        return Token("x", 10**12)

    async def scenario():
        tokens = Tokens()
        return await asyncio.gather(*[tokens.fetch("a", ask) for _number in range(5)])

    assert run(scenario()) == ["x"] * 5
    assert len(asked) == 1
