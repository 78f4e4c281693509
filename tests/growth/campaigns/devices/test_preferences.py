"""The settings of messages: what, how, when, on which devices. Forms alone; scripts are in test_in_a_browser.py."""

from __future__ import annotations

import re
from datetime import time

import pytest

from events.models import Event
from growth.campaigns.devices import consenting, quiet, registering
from growth.campaigns.models import Channel, Consent, Device, QuietHours, SubscriptionTopic
from tests.growth.campaigns.devices.addresses import TOKENS, browser

PAGE = "/settings/messages/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(client_of, alice):
    return client_of(alice)


def boxes(client):
    """Every check box, and whether it is checked."""
    text = client.get(PAGE).content.decode()
    found = re.findall(r'name="cell" value="([^"]+)"[^>]*?( checked)?>', text)
    return {value: bool(checked) for value, checked in found}


def test_strangers_are_asked_to_sign_in(client):
    for path in (PAGE, f"{PAGE}nothing/", f"{PAGE}quiet/", f"{PAGE}devices/1/remove/"):
        assert client.post(path)["Location"].startswith("/accounts/login/")


def test_a_newcomer_finds_every_topic_on_by_what_reaches_everybody(hers):
    shown = boxes(hers)
    topics = SubscriptionTopic.objects.values_list("pk", flat=True)
    assert set(shown) == {f"{pk}:{channel}" for pk in topics for channel in ("webpush", "email", "inapp")}
    assert all(shown.values())
    assert "Settings" in hers.get(PAGE).content.decode()


def test_a_members_telephone_brings_its_column(hers, alice):
    registering.register(alice, channel="fcm", address=TOKENS["fcm"])
    assert any(value.endswith(":fcm") for value in boxes(hers))


def test_what_is_saved_is_what_is_shown_and_counts(hers, alice):
    shown = list(boxes(hers))
    answer = hers.post(PAGE, {"cell": shown[:2]}, follow=True)
    assert "Saved." in answer.content.decode()
    assert {value for value, checked in boxes(hers).items() if checked} == set(shown[:2])
    assert Event.objects.filter(name="unsubscribed").count() == len(shown) - 2
    assert set(Consent.objects.values_list("source", flat=True)) == {"preferences"}


def test_rubbish_among_the_boxes_is_left_out(hers):
    shown = list(boxes(hers))
    topic = shown[0].split(":")[0]
    rubbish = ["0:email", "-1:email", "x", f"{'9' * 60}:email", f"{topic}:pigeon", "999999:email"]
    assert hers.post(PAGE, {"cell": [shown[0], *rubbish]}).status_code == 302
    assert [value for value, checked in boxes(hers).items() if checked] == [shown[0]]


def test_everything_off_is_one_button_and_one_event(hers, alice):
    hers.post(f"{PAGE}nothing/")
    assert not any(boxes(hers).values())
    assert "turned everything off" in hers.get(PAGE).content.decode()
    topic = SubscriptionTopic.objects.get(key="news")
    assert consenting.allowed([alice.pk], topic, Channel.values)[alice.pk] == set()
    assert Event.objects.filter(name="unsubscribed").count() == 1


def test_own_quiet_hours_and_back_to_the_sites(hers, alice):
    hers.post(f"{PAGE}quiet/", {"since": "13:00", "until": "14:30"})
    assert quiet.hours([alice.pk])[alice.pk].since == time(13)
    assert 'value="13:00"' in hers.get(PAGE).content.decode()
    hers.post(f"{PAGE}quiet/", {"site": "1"})
    assert not QuietHours.objects.filter(member=alice).exists()
    assert 'value="22:00"' in hers.get(PAGE).content.decode()


@pytest.mark.parametrize("given", [{}, {"since": "25:00", "until": "08:00"}, {"since": "22:00", "until": "early"}])
def test_hours_that_are_none_come_back_with_their_fault(hers, alice, given):
    answer = hers.post(f"{PAGE}quiet/", given)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)
    assert not QuietHours.objects.filter(member=alice).exists()


def test_a_device_is_shown_and_removed_by_its_own_member_alone(hers, client_of, alice, bob):
    device = registering.register(alice, channel="webpush", address=browser(), label="Firefox · Linux")
    assert "Firefox · Linux" in hers.get(PAGE).content.decode()
    path = f"{PAGE}devices/{device.pk}/remove/"
    assert client_of(bob).post(path).status_code == 404
    assert hers.get(path).status_code == 405
    assert hers.post(path).status_code == 302
    assert Device.objects.get().removed_why == "by its member"
    assert "Firefox · Linux" not in hers.get(PAGE).content.decode()
    assert hers.post(path).status_code == 404
    assert hers.post(f"{PAGE}devices/{'9' * 30}/remove/").status_code == 404


def test_any_number_of_devices_takes_as_many_queries(hers, alice, django_assert_max_num_queries):
    for number in range(5):
        registering.register(alice, channel="webpush", address=browser(str(number)))
    with django_assert_max_num_queries(14):
        hers.get(PAGE)


def test_it_speaks_chinese(hers, alice):
    alice.language = "zh-hans"
    alice.save()
    text = hers.get(PAGE).content.decode()
    for words in ("免打扰时段", "给你的问题", "全部关闭"):
        assert words in text
