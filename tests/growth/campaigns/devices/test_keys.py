"""The keys of web push, made once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from community.nearby import cache
from growth.campaigns import providers
from growth.campaigns.channels.webpush import vapid
from growth.campaigns.devices import offering
from growth.campaigns.models import Provider

pytestmark = pytest.mark.django_db


def test_the_command_makes_a_pair_that_fits_and_keeps_it():
    assert offering.public_key() == ""
    for expected in ("Made", "There is"):
        call_command("push_keys", stdout=(out := StringIO()))
        assert out.getvalue().startswith(expected)
    provider = Provider.objects.get(channel="webpush")
    public = provider.config["public_key"]
    private = providers.carrier(provider).secret["private_key"]
    assert vapid.public_key(private) == public
    assert private.encode() not in bytes(provider.secret)
    assert len(vapid.decode(public)) == 65
    assert public in out.getvalue()
    cache.clear()
    assert offering.public_key() == public


def test_a_provider_that_is_off_offers_nothing():
    call_command("push_keys", stdout=StringIO())
    Provider.objects.filter(channel="webpush").update(active=False)
    assert offering.public_key() == ""
