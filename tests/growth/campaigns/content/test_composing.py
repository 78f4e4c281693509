"""A batch of deliveries becomes messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from growth.campaigns.content.composing import Composed, Problem, compose
from growth.campaigns.models import Delivery
from tests import builders
from tests.growth.campaigns.content import making

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def composed(delivery: Delivery) -> Composed | Problem:
    return compose([delivery], now=NOW)[delivery.pk]


def test_each_member_is_told_in_their_own_language(alice):
    bob = builders.member("bob", language="zh-hans")
    campaign = making.campaign(texts={"en": {"title": "Hello {{ member.name }}"}, "zh-hans": {"title": "你好"}})
    first, second = (making.delivery(campaign, member) for member in (alice, bob))
    found = compose([first, second], now=NOW)
    assert [found[row.pk].message_of("webpush").title for row in (first, second)] == ["Hello alice", "你好"]
    assert [found[row.pk].chosen["language"] for row in (first, second)] == ["en", "zh-hans"]
