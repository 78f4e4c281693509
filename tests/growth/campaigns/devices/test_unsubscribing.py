"""One click stops it: RFC 8058, for a topic and for everything."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client

from events.models import Event
from growth.campaigns.devices import consenting, links
from growth.campaigns.models import Channel, Consent, SubscriptionTopic
from tests.growth.campaigns.devices.deliveries import sent

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger():
    """A mail provider: without a cookie, and checked for tokens as a browser is."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def questions():
    return SubscriptionTopic.objects.get(key="questions")


def stop(member, **fields):
    return urlsplit(links.to_stop(member.pk, **fields)).path


def allowed(member):
    every = SubscriptionTopic.objects.all()
    return {topic.key: consenting.allowed([member.pk], topic, Channel.values)[member.pk] for topic in every}


def test_one_post_stops_the_topic_by_every_channel_and_no_other(stranger, alice, questions):
    delivery = sent(alice)
    answer = stranger.post(stop(alice, topic_id=questions.pk, delivery_id=delivery.pk), ONE_CLICK, content_type=FORM)
    assert answer.status_code == 200
    assert not answer.cookies
    assert allowed(alice) == {"questions": set(), "missed": set(Channel.values), "news": set(Channel.values)}
    row = Event.objects.get(name="unsubscribed")
    assert (row.unit, row.object_kind, row.object_id) == (alice.pk, "delivery", delivery.pk)
    assert row.properties == {"campaign": delivery.campaign.key, "channel": "", "topic": "questions"}
    assert Consent.objects.get().source == "one-click"


def test_a_body_of_parts_does_as_well_and_a_second_post_does_nothing_more(stranger, alice, questions):
    for _time in range(2):
        assert stranger.post(stop(alice, topic_id=questions.pk), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert allowed(alice)["questions"] == set()
    assert Event.objects.filter(name="unsubscribed").count() == 1


def test_a_link_without_a_topic_and_the_second_button_stop_everything(stranger, alice, bob, questions):
    stranger.post(stop(alice), ONE_CLICK, content_type=FORM)
    stranger.post(stop(bob, topic_id=questions.pk), {"everything": "1"})
    for member in (alice, bob):
        assert set(allowed(member).values()) == {frozenset()}


def test_a_get_asks_and_changes_nothing(stranger, alice, questions):
    for address in (stop(alice, topic_id=questions.pk), stop(alice)):
        page = stranger.get(address)
        assert page.status_code == 200
        assert '<form method="post"' in page.content.decode()
        stranger.head(address)
    assert "Questions for you" in stranger.get(stop(alice, topic_id=questions.pk)).content.decode()
    assert not Consent.objects.exists()


def test_a_changed_link_is_not_found_and_stops_nothing(stranger, alice, questions):
    address = stop(alice, topic_id=questions.pk)
    for wrong in (address[:-3] + "x/", "/stop/word/", "/stop/W10:x/"):
        assert stranger.post(wrong, ONE_CLICK, content_type=FORM).status_code == 404
    assert not Consent.objects.exists()


def test_who_left_and_topics_that_are_gone_are_answered_alike(stranger, alice, bob, questions):
    bob.is_active = False
    bob.save()
    gone = stop(alice, topic_id=999_999)
    for address in (gone, stop(bob, topic_id=questions.pk)):
        assert stranger.post(address, ONE_CLICK, content_type=FORM).status_code == 200
    assert not Consent.objects.exists()


def test_anothers_delivery_is_not_told_of(stranger, alice, bob, questions):
    delivery = sent(bob)
    stranger.post(stop(alice, topic_id=questions.pk, delivery_id=delivery.pk), ONE_CLICK, content_type=FORM)
    assert Event.objects.get(name="unsubscribed").object_id is None
