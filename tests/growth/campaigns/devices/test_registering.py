"""Devices: who has them, which addresses are taken, and where members can be reached."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from community.members import limits
from community.members.accounts import give_address
from community.webhooks.addresses import Refused
from growth.campaigns.devices import registering
from growth.campaigns.models import Channel, Device
from tests.growth.campaigns.devices.addresses import AUTH, P256DH, TOKENS, browser


def register(member, address=None, channel="webpush", **fields):
    return registering.register(member, channel=channel, address=browser() if address is None else address, **fields)


def reach(member, *channels):
    return [
        (target.channel, target.address) for target in registering.targets([member.pk], channels).get(member.pk, [])
    ]


@pytest.mark.parametrize("channel", ["webpush", *TOKENS])
def test_a_registered_address_comes_back_as_it_was_and_lies_sealed(alice, channel):
    address = TOKENS.get(channel) or browser()
    device = register(alice, address, channel)
    assert reach(alice, channel) == [(channel, address)]
    sealed = bytes(Device.objects.get().address)
    assert not any(part.encode() in sealed for part in address.values())
    assert registering.targets([alice.pk], [channel])[alice.pk][0].device_id == device.pk


def test_the_same_browser_twice_is_one_device_seen_again(alice):
    first = register(alice, label="Firefox")
    Device.objects.update(seen_at=timezone.now() - timedelta(days=9))
    again = register(alice, browser() | {"auth": AUTH[::-1]}, language="zh-hans")
    assert again.pk == first.pk
    assert (again.label, again.language) == ("Firefox", "zh-hans")
    assert timezone.now() - again.seen_at < timedelta(minutes=1)
    assert reach(alice, "webpush")[0][1]["auth"] == AUTH[::-1]


def test_who_signs_in_last_on_a_browser_has_it(alice, bob):
    register(alice)
    register(bob)
    assert reach(alice, "webpush") == []
    assert len(reach(bob, "webpush")) == 1
    assert Device.objects.get(member=alice).removed_why == "another member"


def test_who_names_anothers_endpoint_takes_nothing_from_them(alice, bob):
    for member in (alice, bob):
        register(member, TOKENS["webhook"], "webhook")
    renewed = TOKENS["webhook"] | {"secret": "whsec_" + "A" * 32}
    register(bob, renewed, "webhook")
    assert reach(alice, "webhook") == [("webhook", TOKENS["webhook"])]
    assert reach(bob, "webhook") == [("webhook", renewed)]


def test_a_removed_device_is_no_target_and_may_come_back(alice):
    device = register(alice)
    assert registering.remove(device, why="by its member")
    assert not registering.remove(device, why="again")
    assert reach(alice, "webpush") == []
    assert Device.objects.get().removed_why == "by its member"
    assert register(alice).pk != device.pk
    assert len(reach(alice, "webpush")) == 1


def test_a_renewed_address_takes_the_place_of_the_old(alice, bob):
    register(alice, browser("old"), label="Chrome on Android")
    made = registering.renew(alice, endpoint=browser("old")["endpoint"], address=browser("new"))
    assert reach(alice, "webpush") == [("webpush", browser("new"))]
    assert made.label == "Chrome on Android"
    assert registering.renew(bob, endpoint=browser("new")["endpoint"], address=browser("bobs")) is None
    assert (len(reach(alice, "webpush")), reach(bob, "webpush")) == (1, []), "it is not theirs to renew"


def test_a_browser_that_is_still_here_is_seen_unless_it_is_nobodys_or_anothers(alice, bob):
    device = register(alice)
    Device.objects.update(seen_at=timezone.now() - timedelta(days=9))
    assert not registering.see(bob, endpoint=browser()["endpoint"])
    assert registering.see(alice, endpoint=browser()["endpoint"], language="zh-hans")
    device.refresh_from_db()
    assert (device.language, timezone.now() - device.seen_at < timedelta(minutes=1)) == ("zh-hans", True)
    registering.remove(device, why="by its member")
    assert not registering.see(alice, endpoint=browser()["endpoint"])


def test_of_too_many_devices_the_one_not_seen_for_longest_goes(alice, monkeypatch):
    monkeypatch.setattr(registering, "MOST", 2)
    for name in ("a", "b", "c"):
        register(alice, browser(name))
    assert {address["endpoint"][-1] for _channel, address in reach(alice, "webpush")} == {"b", "c"}


def test_new_devices_are_so_many_an_hour_and_known_ones_any_number(alice, settings):
    settings.RATE_LIMITS = True
    for number in [*range(20), *[19] * 9]:
        register(alice, browser(str(number)))
    with pytest.raises(limits.TooMany):
        register(alice, browser("one more"))


BAD = [
    ("webpush", {}),
    ("webpush", {"endpoint": 7, "p256dh": P256DH, "auth": AUTH}),
    ("webpush", browser() | {"endpoint": "http://push.example.org/"}),
    ("webpush", browser() | {"endpoint": "https://127.0.0.1/x"}),
    ("webpush", browser() | {"endpoint": "https://[::1]/x"}),
    ("webpush", browser() | {"endpoint": "https://169.254.169.254/latest"}),
    ("webpush", browser() | {"endpoint": "https://push.example.org:6379/"}),
    ("webpush", browser() | {"endpoint": "https://push.example.org/" + "x" * 2000}),
    ("webpush", browser() | {"p256dh": P256DH[:-4] + "AAAA"}),
    ("webpush", browser() | {"p256dh": "BAAA"}),
    ("webpush", browser() | {"p256dh": "∞"}),
    ("webpush", browser() | {"auth": "c2hvcnQ"}),
    ("fcm", {"token": "short"}),
    ("fcm", {"token": "x" * 50 + "\r\nX-Header: 1"}),
    ("apns", {"token": "../3/device/other" * 5}),
    ("apns", {"token": "abc" * 21 + "0a\n"[:2]}),
    ("jpush", {"registration_id": "a b c d e f g"}),
    ("webhook", {"url": "https://10.0.0.1/hook", "secret": TOKENS["webhook"]["secret"]}),
    ("webhook", {"url": "https://example.org/hook", "secret": "whsec_c2hvcnQ="}),
    ("email", {"email": "alice@example.org"}),
    ("carrier pigeon", {"loft": "7"}),
]


@pytest.mark.parametrize(("channel", "address"), BAD)
def test_what_is_no_address_or_lies_within_is_refused(alice, channel, address):
    with pytest.raises(Refused) as refusal:
        register(alice, address, channel)
    assert str(refusal.value)
    assert not Device.objects.exists()


def test_letters_go_to_the_verified_address_that_is_their_own(alice, bob):
    assert reach(alice, "email") == [], "no address of hers was verified"
    give_address(alice, "alice@example.org")
    EmailAddress.objects.create(user=alice, email="second@example.org", verified=True)
    EmailAddress.objects.create(user=bob, email="bob@example.org", verified=False, primary=True)
    assert reach(alice, "email") == [("email", {"email": "alice@example.org"})]
    assert reach(bob, "email") == []


def test_everybody_who_is_here_is_reached_on_the_site_and_nobody_who_is_gone(alice, bob):
    register(bob)
    bob.is_active = False
    bob.save()
    assert reach(alice, "inapp", "webpush") == [("inapp", {})]
    assert registering.targets([bob.pk], Channel.values) == {}


def test_any_number_of_members_take_three_queries(alice, bob, carol, django_assert_num_queries):
    for member in (alice, bob):
        give_address(member, member.email)
        register(member, browser(member.username))
    with django_assert_num_queries(3):
        found = registering.targets([alice.pk, bob.pk, carol.pk], Channel.values)
    assert [len(found[member.pk]) for member in (alice, bob, carol)] == [3, 3, 1]


def test_a_device_whose_key_is_gone_stops_nobody_elses_message(alice, bob):
    with override_settings(SEALING_KEYS=["a key that was lost"]):
        register(alice)
    register(bob, browser("b"))
    assert list(registering.targets([alice.pk, bob.pk], ["webpush"])) == [bob.pk]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_register_one_browser_at_once_leave_one_owner(alice, bob):
    def go(member):
        register(member)
        connections.close_all()

    for _round in range(5):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(go, [alice, bob, alice, bob]))
        assert Device.objects.standing().count() == 1
