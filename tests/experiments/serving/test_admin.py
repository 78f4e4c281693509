"""Keys in the admin."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from experiments.models import Environment, SdkKey
from experiments.serving import keys

ADD = "admin:experiments_sdkkey_add"
LIST = "admin:experiments_sdkkey_changelist"
pytestmark = pytest.mark.django_db


def test_a_key_is_shown_once_when_it_is_made(admin, client_of):
    client = client_of(admin)
    given = {"name": "Shop", "kind": "server", "environment": Environment.objects.get().pk}
    page = client.post(reverse(ADD), given)
    (secret,) = re.findall(r"fws_[0-9a-f]{48}", page.content.decode())
    row = keys.recognise(secret)
    assert (row.name, row.kind, row.created_by) == ("Shop", "server", admin)
    assert "no-store" in page["Cache-Control"]
    for address in (reverse(LIST), reverse("admin:experiments_sdkkey_change", args=[row.pk])):
        later = client.get(address).content.decode()
        assert row.hint in later
        assert secret not in later


def test_a_chosen_key_is_revoked_and_stays_in_the_list(admin, client_of):
    row, secret = keys.make(Environment.objects.get(), name="Shop", kind="client", by=admin)
    client = client_of(admin)
    client.post(reverse(LIST), {"action": "revoke", "_selected_action": [row.pk]})
    assert keys.recognise(secret) is None
    assert SdkKey.objects.get(pk=row.pk).revoked_at
    assert client.post(reverse("admin:experiments_sdkkey_delete", args=[row.pk])).status_code == 403


def test_only_its_name_may_be_changed(admin, client_of):
    row, secret = keys.make(Environment.objects.get(), name="Shop", kind="client", by=admin)
    other = Environment.objects.create(key="staging", name="Staging")
    address = reverse("admin:experiments_sdkkey_change", args=[row.pk])
    client_of(admin).post(address, {"name": "Store", "kind": "server", "environment": other.pk})
    row.refresh_from_db()
    assert (row.name, row.kind, row.environment.key) == ("Store", "client", "production")


def test_who_may_not_add_keys_makes_none(bob, client_of):
    bob.is_staff = True
    bob.save()
    assert client_of(bob).post(reverse(ADD), {"name": "x"}).status_code == 403
