"""What follows from a receipt, once: times, words, devices; never another final state."""

from __future__ import annotations

import pytest
from django.utils.dateparse import parse_datetime

from events.models import Event
from growth.campaigns.devices import consenting, registering
from growth.campaigns.models import Consent, Device
from tests.growth.campaigns.receiving.sending import AT, attempt, event, gateway, tell

pytestmark = pytest.mark.django_db
EARLY, LATE = "2026-11-20T00:00:00Z", "2026-11-20T12:00:00+08:00"


def told():
    rows = Event.objects.exclude(name="signed_up").order_by("pk")
    return [(row.name, row.properties) for row in rows]


def test_stages_are_set_once_and_never_go_back(alice):
    provider = gateway()
    delivery = attempt(alice, provider, at=parse_datetime(EARLY)).delivery
    tell(provider, event("clicked"))
    tell(provider, event("clicked", id="again", at=LATE), event("opened", at=LATE), event("delivered", at=LATE))
    delivery.refresh_from_db()
    assert {delivery.delivered_at, delivery.opened_at, delivery.clicked_at} == {parse_datetime(AT)}
    assert [name for name, _properties in told()] == ["message_opened", "message_clicked"]
    assert (delivery.state, delivery.reason) == ("sent", "")


def test_a_complaint_takes_the_topic_back_by_its_channel_and_is_told_once(alice):
    provider = gateway()
    delivery = attempt(alice, provider).delivery
    for number in range(2):
        tell(provider, event("complained", id=f"c{number}"))
    topic, about = delivery.campaign.topic, {"campaign": delivery.campaign.key, "channel": "fcm"}
    assert told() == [("complained", about), ("unsubscribed", {**about, "topic": topic.key})]
    assert consenting.allowed([alice.pk], topic, ["fcm", "email"]) == {alice.pk: {"email"}}
    assert Consent.objects.get().source == "complaint"


def test_who_unsubscribes_at_the_provider_is_told_once(alice):
    provider = gateway()
    attempt(alice, provider)
    tell(provider, event("unsubscribed"), event("unsubscribed", id="again"))
    assert [name for name, _properties in told()] == ["unsubscribed"]
    assert Consent.objects.get().source == "provider"


def test_a_device_that_is_gone_is_removed_and_a_bounce_alone_removes_nothing(alice):
    provider = gateway()
    device = registering.register(alice, channel="fcm", address={"token": "t" * 40})
    attempt(alice, provider, device=device)
    tell(provider, event("bounced"))
    tell(provider, event("dead", id="old", at=EARLY))  # before it registered: another installation's
    assert Device.objects.standing().exists()
    tell(provider, event("dead", at="2999-01-01T00:00:00Z"))
    assert Device.objects.get().removed_why == "gone"


def test_of_members_who_left_nothing_follows(alice):
    provider = gateway()
    attempt(None, provider)
    kinds = ("delivered", "opened", "complained", "unsubscribed", "dead")
    assert tell(provider, *map(event, kinds)).json() == {"taken": 5, "known": 5}
    assert not told()
    assert not Consent.objects.exists()


def test_the_desk_shows_what_was_told_of_a_delivery(alice, admin, client_of):
    provider = gateway()
    delivery = attempt(alice, provider).delivery
    tell(provider, event("bounced", detail="<b>full</b>"))
    page = client_of(admin).get(f"/admin/campaigns/delivery/{delivery.pk}/change/").content.decode()
    assert "Own · bounced &lt;b&gt;full&lt;/b&gt;" in page
