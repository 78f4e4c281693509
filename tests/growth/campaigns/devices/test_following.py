"""The links of messages: they lead to our own pages, and each stage of a message is noted once."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from events.models import Event
from growth.campaigns.devices import following, links
from growth.campaigns.models import Delivery
from tests.growth.campaigns.devices.deliveries import sent

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return Client(headers={"User-Agent": FIREFOX})


def to(path, delivery):
    return urlsplit(links.to_page(delivery.pk, path, channel="email")).path


def told():
    rows = Event.objects.filter(name__startswith="message_").order_by("pk")
    return [(row.name, row.unit, row.object_kind, row.object_id, row.properties) for row in rows]


def noted(delivery):
    delivery.refresh_from_db()
    return [getattr(delivery, f"{stage}_at") is not None for stage in following.STAGES]


def test_a_link_leads_to_its_page_and_is_noted_once(reader, alice):
    delivery = sent(alice)
    for _time in range(2):
        answer = reader.get(to("/t/1/why/?page=2#p7", delivery))
        assert (answer.status_code, answer["Location"]) == (302, "/t/1/why/?page=2#p7")
    about = ("delivery", delivery.pk, {"campaign": delivery.campaign.key, "channel": "email"})
    assert told() == [("message_opened", alice.pk, *about), ("message_clicked", alice.pk, *about)]
    assert noted(delivery) == [True, True, True]
    assert "no-store" in reader.get(to("/", delivery))["Cache-Control"]


def test_an_opened_letter_was_delivered_and_not_yet_followed(reader, alice):
    delivery = sent(alice)
    answer = reader.get(urlsplit(links.pixel(delivery.pk, channel="email")).path)
    assert (answer["Content-Type"], answer.content[:6]) == ("image/gif", b"GIF89a")
    assert noted(delivery) == [True, True, False]
    reader.get(to("/", delivery))
    assert [name for name, *_rest in told()] == ["message_opened", "message_clicked"]


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Googlebot/2.1"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"DNT": "1"},
        {"Sec-GPC": "1"},
    ],
)
def test_programs_pages_fetched_ahead_and_who_will_not_be_observed_are_led_on_unnoted(reader, alice, headers):
    delivery = sent(alice)
    assert reader.get(to("/tags/", delivery), headers=headers)["Location"] == "/tags/"
    assert reader.head(to("/tags/", delivery)).status_code == 302
    assert (noted(delivery), told()) == ([False, False, False], [])


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_no_link_is_made_to_another_site(path):
    with pytest.raises(ValueError, match="no page of this site"):
        links.to_page(1, path, channel="email")


def test_a_whole_address_of_ours_is_one_of_our_paths():
    address = links.to_page(1, f"{settings.SITE_URL}/t/1/", channel="email")
    token = urlsplit(address).path.split("/")[2]
    assert links.followed(token) == links.Followed(1, "email", "/t/1/")


def test_what_we_did_not_sign_or_signed_for_something_else_is_not_found(reader, alice):
    delivery = sent(alice)
    address = to("/tags/", delivery)
    stop = urlsplit(links.to_stop(alice.pk)).path.split("/")[2]
    for wrong in (address.replace("/m/", "/m/x"), "/m/word/", f"/m/{stop}/", f"/stop/{address.split('/')[2]}/"):
        assert reader.get(wrong).status_code == 404
    assert told() == []


def test_messages_of_members_who_left_of_the_holdout_and_unknown_ones_leave_no_event(reader, alice):
    of_nobody = sent(None)
    held = sent(alice, state="held", held=True)
    for pk in (of_nobody.pk, held.pk, 0):
        assert reader.get(urlsplit(links.to_page(pk, "/tags/", channel="email")).path)["Location"] == "/tags/"
    assert (told(), noted(of_nobody), noted(held)) == ([], [True, True, True], [False, False, False])


def test_the_service_worker_tells_what_became_of_it_and_learns_where_it_leads(reader, alice):
    delivery = sent(alice, channel="webpush")
    address = urlsplit(links.to_page(delivery.pk, "/t/1/", channel="webpush")).path + "report/"
    for body, stages in (("shown", [1, 0, 0]), ("closed", [1, 0, 0]), ("rubbish", [1, 0, 0]), ("clicked", [1, 1, 1])):
        answer = reader.post(address, body, content_type="text/plain")
        assert answer.json() == {"path": "/t/1/"}
        assert noted(delivery) == list(map(bool, stages)), body
    assert reader.get(address).status_code == 405


def test_a_final_state_stays_while_its_stages_are_noted(alice):
    delivery = sent(alice, state="unknown")
    assert following.note(delivery.pk, "clicked", channel="webpush")
    assert not following.note(delivery.pk, "opened", channel="webpush")
    assert Delivery.objects.get().state == "unknown"
