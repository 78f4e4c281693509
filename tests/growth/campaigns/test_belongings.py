"""What a member takes along of the messages they got, and what is forgotten with them."""

from __future__ import annotations

import json
from datetime import time
from uuid import uuid4

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from community.forum import leaving
from growth.campaigns import belongings
from growth.campaigns.devices import consenting, quiet, registering
from growth.campaigns.models import CapCount, Consent, Delivery, Device, Notice, QuietHours
from tests.growth.campaigns.devices.addresses import TOKENS
from tests.growth.campaigns.devices.deliveries import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(alice, bob):
    """Alice, with something everywhere, as Bob has."""
    for number, member in enumerate((alice, bob)):
        registering.register(member, channel="apns", address={"token": f"0{number}" * 32}, label="iPhone")
        consenting.say(member, channel="email", allowed=False, source="preferences")
        quiet.keep(member, since=time(13), until=time(14))
        sent(member, why={"segment": "helpers"})
        CapCount.objects.create(member=member, period="day", begins="2026-11-21", count=1)
        Notice.objects.create(member=member, message_id=uuid4(), title=f"Hello {member}", body="", path="/")
    return alice


def test_the_file_tells_all_of_it_but_the_addresses(rich):
    told = belongings.export(rich)
    assert {name: len(rows) for name, rows in told.items()} == {
        "devices": 1,
        "consents": 1,
        "quiet_hours": 1,
        "notices": 1,
        "messages": 1,
    }
    text = json.dumps(told, cls=DjangoJSONEncoder)
    assert "iPhone" in text
    assert TOKENS["apns"]["token"][:8] not in text


def test_who_leaves_is_forgotten_and_nobody_else(rich, bob):
    due = sent(rich, state="due", ended_at=None)
    leaving.leave(rich)
    for model in (Device, Consent, CapCount, Notice):
        assert [row.member_id for row in model.objects.all()] == [bob.pk]
    assert set(QuietHours.objects.values_list("member", flat=True)) == {None, bob.pk}
    nameless = Delivery.objects.filter(member=None)
    assert set(nameless.values_list("state", flat=True)) == {"sent", "cancelled"}
    assert list(nameless.values_list("why", flat=True)) == [{}, {}]
    due.refresh_from_db()
    assert due.reason == "left"
    assert Delivery.objects.get(member=bob).why == {"segment": "helpers"}
