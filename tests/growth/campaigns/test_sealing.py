"""What is secret is sealed: keys are changed, and nothing is read without them."""

from io import StringIO

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import call_command

from growth.campaigns import providers, sealing
from growth.campaigns.channels.webpush import vapid
from growth.campaigns.models import Device, Provider


def test_what_is_sealed_is_not_read_in_it():
    sealed = sealing.seal("密码 swordfish".encode())
    assert b"swordfish" not in sealed
    assert sealing.unseal(sealed).decode() == "密码 swordfish"
    assert sealing.seal(b"same") != sealing.seal(b"same")


def test_the_first_key_seals_and_all_open(settings):
    settings.SEALING_KEYS = ["old"]
    sealed = sealing.seal(b"swordfish")
    settings.SEALING_KEYS = ["new", "old"]
    assert sealing.unseal(sealed) == b"swordfish"
    again = sealing.reseal(sealed)
    settings.SEALING_KEYS = ["new"]
    assert sealing.unseal(again) == b"swordfish"
    with pytest.raises(InvalidToken):
        sealing.unseal(sealed)


def test_without_keys_the_sites_secret_and_those_before_it_seal(settings):
    settings.SEALING_KEYS = []
    sealed = sealing.seal(b"swordfish")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert sealing.unseal(sealed) == b"swordfish"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        sealing.unseal(sealed)


def test_what_was_changed_does_not_open():
    sealed = bytearray(sealing.seal(b"swordfish"))
    sealed[20] ^= 1
    with pytest.raises(InvalidToken):
        sealing.unseal(bytes(sealed))


@pytest.mark.django_db
def test_a_providers_secret_comes_back_in_its_carrier_alone():
    provider = Provider(key="jpush", channel="jpush", name="JPush", config={"app_key": "a"})
    providers.set_secret(provider, {"master_secret": "swordfish"})
    provider.save()
    kept = Provider.objects.get(key="jpush")
    assert b"swordfish" not in bytes(kept.secret)
    carrier = providers.carrier(kept)
    assert (carrier.config, carrier.secret) == ({"app_key": "a"}, {"master_secret": "swordfish"})
    providers.set_secret(kept, {})
    assert providers.carrier(kept).secret == {}


def test_browsers_are_told_the_public_key_of_the_secret_one():
    private, public = vapid.new_key()
    provider = Provider(key="browsers", channel="webpush", config={"subject": "mailto:a@b.example"})
    providers.set_secret(provider, {"private_key": private})
    assert provider.config == {"subject": "mailto:a@b.example", "public_key": public}
    providers.set_secret(provider, {"private_key": "none"})
    assert provider.config["public_key"] == public


def test_a_key_may_go_once_everything_is_sealed_anew(settings, alice):
    settings.SEALING_KEYS = ["old"]
    provider = Provider(key="jpush", channel="jpush", name="JPush")
    providers.set_secret(provider, {"master_secret": "swordfish"})
    provider.save()
    Device.objects.create(member=alice, channel="fcm", fingerprint=b"1", address=sealing.seal(b'{"token": "t"}'))
    settings.SEALING_KEYS = ["new", "old"]
    call_command("reseal", stdout=(said := StringIO()))
    assert said.getvalue() == "2 sealed anew.\n"
    settings.SEALING_KEYS = ["new"]
    assert providers.carrier(Provider.objects.get(key="jpush")).secret == {"master_secret": "swordfish"}
    assert sealing.unseal(Device.objects.get().address) == b'{"token": "t"}'
