"""Devices by the API. Who may call what is in tests/api/test_permissions.py."""

from __future__ import annotations

import pytest
from django.test import Client

from community.api import scopes, tokens
from growth.campaigns.devices import registering
from growth.campaigns.models import Device
from tests.growth.campaigns.devices.addresses import TOKENS

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/devices/"


@pytest.fixture
def app_of():
    def make(member):
        _token, secret = tokens.create(member, name="app", scopes=[scopes.READ, scopes.DEVICES])
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return make


def register(app, channel="fcm", **fields):
    given = {"channel": channel, "address": TOKENS[channel], **fields}
    return app.post(ROOT, given, content_type="application/json")


def test_an_app_registers_its_telephone_lists_it_and_removes_it(app_of, alice):
    app = app_of(alice)
    made = register(app, label="Pixel", language="zh-hans")
    assert made.status_code == 201
    assert set(made.json()) == {"id", "channel", "label", "language", "created_at", "seen_at"}, (
        "the address is not shown"
    )
    assert app.get(ROOT).json()["items"] == [made.json()]
    assert registering.targets([alice.pk], ["fcm"])[alice.pk][0].address == TOKENS["fcm"]
    assert app.delete(f"{ROOT}{made.json()['id']}/").status_code == 204
    assert app.get(ROOT).json()["items"] == []
    assert app.delete(f"{ROOT}{made.json()['id']}/").status_code == 404


def test_the_same_address_again_is_the_same_device_and_goes_to_who_signed_in_last(app_of, alice, bob):
    first = register(app_of(alice)).json()["id"]
    assert register(app_of(alice)).json()["id"] == first
    register(app_of(bob))
    assert app_of(alice).get(ROOT).json()["items"] == []
    assert app_of(bob).delete(f"{ROOT}{first}/").status_code == 404, "it is not theirs"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "fcm", "address": {"token": "short"}}, "address"),
        ({"channel": "fcm", "address": {}}, "address"),
        ({"channel": "email", "address": {"email": "a@example.org"}}, "channel"),
        ({"channel": "webhook", "address": TOKENS["webhook"] | {"url": "https://192.168.0.1/"}}, "address"),
        ({"address": TOKENS["fcm"]}, "channel"),
        ({"channel": "fcm", "address": TOKENS["fcm"], "member": 7}, "member"),
    ],
)
def test_what_is_no_device_is_refused_with_the_field(app_of, alice, body, field):
    answer = app_of(alice).post(ROOT, body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"#/{field}")
    assert not Device.objects.exists()
