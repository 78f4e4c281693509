"""A link says who shared it; it counts when it brings somebody who had never been here, to what they may read."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from community.forum import removing, sharing
from community.points.models import Entry
from tests import builders

pytestmark = pytest.mark.django_db


def brought(by: str, topic: int | None, *, visitor: int = 1, address: str = "10.0.0.1") -> int:
    """How many points the sharers have after somebody came."""
    request = RequestFactory().post("/api/v1/events", REMOTE_ADDR=address)
    sharing.brought(request, visitor=visitor, by=by, topic=topic)
    return sum(Entry.objects.filter(rule__name="share").values_list("granted", flat=True))


@pytest.fixture
def topic():
    return builders.question(tags=["python"])


def code(topic, member) -> str:
    return sharing.link_to(topic, member).partition("?by=")[2]


def test_a_visitors_link_names_nobody(topic):
    assert sharing.link_to(topic, AnonymousUser()) == f"http://testserver{topic.get_absolute_url()}"


def test_each_newcomer_counts_once(topic, alice):
    assert brought(code(topic, alice), topic.pk) == 1
    assert brought(code(topic, alice), topic.pk) == 1
    assert brought(code(topic, alice), topic.pk, visitor=2) == 2


def test_ten_count_in_a_day(topic, alice):
    for visitor in range(1, 13):
        total = brought(code(topic, alice), topic.pk, visitor=visitor)
    assert total == 10


def test_one_counts_from_one_address_in_a_day(topic, alice, settings):
    settings.RATE_LIMITS = True
    assert [brought(code(topic, alice), topic.pk, visitor=visitor) for visitor in (1, 2)] == [1, 1]
    assert brought(code(topic, alice), topic.pk, visitor=3, address="10.0.0.2") == 2


@pytest.mark.parametrize("by", ["", "0", "zzzzzzzzzzzzz", "zzzzzzzzzzzzzz", "-1", "é", "' OR 1"])
def test_a_code_of_nobody_earns_nothing(by, topic):
    assert brought(by, topic.pk) == 0


def test_what_the_newcomer_may_not_read_earns_nothing(topic, alice, mod):
    removing.delete(topic, by=mod)
    assert brought(code(topic, alice), topic.pk) == 0
    assert brought(code(topic, alice), None) == 0
