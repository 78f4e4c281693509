"""What the site's own pages send: whose it is, what is taken, what is refused and told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from community.members import limits
from events.models import IntakeCount
from events.record import epoch_us
from tests import builders
from tests.events.collecting.conftest import Browser

VIEW = {"name": "page_viewed", "properties": {"path": "/tags/"}}


def reasons(response) -> list[str]:
    assert response.status_code == 202
    return [refusal["reason"] for refusal in response.json()["refused"]]


def test_the_first_beacon_makes_a_visitor_and_the_next_ones_are_theirs(browser, written):
    assert browser.sends(VIEW).json() == {"accepted": 1, "refused": []}
    first = browser.visitor
    assert first
    cookie = browser.client.cookies["visitor"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 86_400)
    assert "visitor" not in browser.sends(VIEW).cookies
    assert [(event.unit, event.person) for event in written()] == [(-first, -first)] * 2


def test_two_first_beacons_of_one_visit_make_one_visitor(browser, written):
    for visit in (7_777_777, 7_777_777, 8_888_888):
        browser.client.cookies.clear()  # the answer to the one before has not come
        browser.sends(VIEW, visit=visit)
    first, second, other = (event.unit for event in written())
    assert first == second != other


def test_a_visitors_number_is_exact_in_javascript(browser):
    browser.sends(VIEW)
    assert 0 < browser.visitor < 2**53


def test_a_page_gives_no_cookie_so_that_it_may_be_kept_for_all(browser):
    assert not browser.client.get("/").cookies


@pytest.mark.parametrize("cookie", ["17", "17:forged", "x:", "", "-4:abc"])
def test_a_cookie_that_is_not_ours_makes_a_new_visitor(cookie, browser, written):
    browser.client.cookies["visitor"] = cookie
    browser.sends(VIEW)
    assert browser.visitor != 17
    assert [event.unit for event in written()] == [-browser.visitor]


def test_a_members_beacon_is_theirs_and_makes_no_visitor(alice, browser_of, written):
    browser = browser_of(alice)
    browser.sends(VIEW)
    assert browser.visitor is None
    (event,) = written()
    assert event.unit == alice.pk
    assert event.session is not None


def test_the_event_carries_where_and_by_what_it_was_seen(browser, written):
    properties = {"path": "/tags/?q=x", "referrer": "https://www.Example.org/search?q=me", "utm_campaign": "Spring 26"}
    browser.sends({"name": "page_viewed", "properties": properties}, visit=77, source="Example.org")
    (event,) = written()
    assert (event.source, event.device, event.language, event.session) == ("example.org", "desktop", "en", 77)
    assert event.properties == {"path": "/tags/", "referrer": "example.org", "utm_campaign": "spring-26"}


def test_without_a_source_the_visit_is_direct(browser, written):
    browser.sends(VIEW)
    assert written()[0].source == "direct"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "/"),
        ("/t/12/why-does-it-fail/", "/t/12/"),
        ("/members/alice/", "/members/<username>/"),
        ("/tags/redis/", "/tags/redis/"),
        ("/top/week/", "/top/week/"),
        ("/accounts/confirm-email/MQ:1abc:secret/", "/accounts/"),
        ("/accounts/password/reset/key/1-set-password/", "/accounts/"),
    ],
)
def test_a_path_names_no_person_and_holds_no_secret(path, kept, browser, written):
    browser.sends({"name": "page_viewed", "properties": {"path": path}})
    assert written()[0].properties == {"path": kept}


def test_a_read_carries_its_seconds_as_its_value(browser, written):
    about = {"kind": "topic", "id": 12}
    browser.sends({"name": "topic_read", "object": about, "properties": {"seconds": 41.7, "scroll": 140}})
    (event,) = written("topic_read")
    assert (event.object_kind, event.object_id, event.value) == ("topic", 12, 42)
    assert event.properties == {"seconds": 42, "scroll": 100}


def test_times_are_put_right_by_the_senders_clock(browser, written):
    with time_machine.travel("2026-03-29 01:30:00Z", tick=False):
        now, wrong = timezone.now(), timezone.now() + timedelta(days=400)
        sent_at = int(wrong.timestamp() * 1000)
        browser.sends(VIEW | {"at": sent_at - 90_000}, sent_at=sent_at)
    assert written()[0].epoch_us == epoch_us(now) - 90_000_000
    assert written()[0].at == now - timedelta(seconds=90)


def test_what_is_refused_is_told_one_by_one_and_the_rest_is_taken(browser, written):
    late = int((timezone.now() - timedelta(days=31)).timestamp() * 1000)
    ahead = int((timezone.now() + timedelta(hours=1)).timestamp() * 1000)
    response = browser.sends(
        {"name": "vote_cast", "value": 1},
        VIEW,
        {"name": "page_viewed", "at": late},
        {"name": "page_viewed", "at": ahead},
        {"name": "page_viewed", "at": "yesterday"},
        {"name": "page_viewed", "properties": {"email": "a"}},
        {"name": "page_viewed", "properties": {"path": "/nowhere/"}},
        {"name": "clicked", "properties": {"selector": "a[title='ada@example.org']"}},
        {"name": "topic_read", "object": {"kind": "member", "id": 1}},
        {"name": "topic_read", "properties": {"seconds": "many"}},
        {"name": "page_viewed", "unit": 1},
        "page_viewed",
    )
    assert response.json()["accepted"] == 1
    assert [(refusal["index"], refusal["reason"]) for refusal in response.json()["refused"]] == [
        (0, "unknown_name"),
        (2, "too_late"),
        (3, "future"),
        (4, "bad_time"),
        (5, "bad_property"),
        (6, "bad_property"),
        (7, "personal_data"),
        (8, "bad_object"),
        (9, "bad_property"),
        (10, "bad_event"),
        (11, "bad_event"),
    ]
    assert len(written()) == 1


def test_what_was_done_is_counted(browser, written):
    late = int((timezone.now() - timedelta(hours=3)).timestamp() * 1000)
    browser.sends(VIEW, VIEW | {"at": late}, {"name": "made_up"}, {"name": "<script>"})
    written()
    counts = IntakeCount.objects.values_list("source", "name", "outcome", "count")
    assert set(counts) == {
        ("beacon", "page_viewed", "written", 2),
        ("beacon", "page_viewed", "late_1h", 1),
        ("beacon", "made_up", "unknown_name", 1),
        ("beacon", "", "unknown_name", 1),
    }


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, "bot"),
        ({"User-Agent": "python-requests/2.32"}, "bot"),
        ({"User-Agent": ""}, "bot"),
        ({"Sec-GPC": "1"}, "do_not_track"),
        ({"DNT": "1"}, "do_not_track"),
        ({"Cookie": "consent=no"}, "no_consent"),
    ],
)
def test_who_is_not_to_be_observed_is_not(headers, reason, browser, written):
    response = browser.sends(VIEW, headers=headers)
    assert reasons(response) == [reason]
    assert not response.cookies
    assert written() == []
    assert IntakeCount.objects.values_list("name", "outcome", "count").get() == ("page_viewed", reason, 1)


def test_who_takes_their_consent_back_is_known_as_nobody(browser, written):
    browser.sends(VIEW)
    browser.client.cookies["consent"] = "no"
    gone = browser.sends().cookies["visitor"]
    assert (gone.value, gone["max-age"], gone["path"]) == ("", 0, "/")
    assert len(written()) == 1


def test_where_consent_is_required_nothing_is_kept_before_it_is_given(browser, written, settings):
    settings.CONSENT_REQUIRED = True
    assert reasons(browser.sends(VIEW)) == ["no_consent"]
    browser.client.cookies["consent"] = "yes"
    assert reasons(browser.sends(VIEW)) == []
    assert len(written()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
        {"Sec-Fetch-Site": "", "Origin": "http://["},
        {"Sec-Fetch-Site": ""},
    ],
)
def test_another_sites_page_cannot_speak_for_our_reader(headers, browser, written):
    response = browser.sends(VIEW, headers=headers)
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert written() == []


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(browser):
    assert browser.sends(VIEW, headers={"Sec-Fetch-Site": "", "Origin": "http://testserver"}).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"events": {}}',
        b'{"events": [], "extra": 1}',
        b'{"events": [], "sent_at": "now"}',
        b'{"events": [], "visit": 9007199254740992}',
        b'{"events": [NaN]}',
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"events": [1] * 1001}).encode(),
    ],
)
def test_a_body_that_is_no_batch_is_a_400(body, browser):
    assert browser.posts(body).status_code == 400


def test_more_than_a_megabyte_is_too_large(browser):
    assert browser.posts(b" " * (1024 * 1024 + 1)).status_code == 413


def test_a_stranger_with_many_names_fills_no_table(browser, written, monkeypatch):
    monkeypatch.setattr("events.collecting.writing.UNKNOWN_NAMES", 3)
    for part in range(2):
        browser.sends(*({"name": f"made_up_{part}_{number}"} for number in range(5)))
        written()
    names = dict(IntakeCount.objects.filter(outcome="unknown_name").values_list("name", "count"))
    assert len(names) == 4
    assert (sum(names.values()), names[""]) == (10, 7)


def test_events_have_a_limit_of_their_own(browser, settings, alice, client_of, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setitem(limits.OF_ADDRESS, "events", (limits.Limit(3, limits.MINUTE),))
    assert [browser.sends().status_code for _ in range(4)] == [202, 202, 202, 429]
    assert client_of(alice).post("/theme/", {"theme": "dark"}).status_code == 302


def test_a_visitors_search_is_theirs(browser, written):
    builders.question(title="How do I tune Redis?")
    browser.client.get("/search/?q=redis", headers=browser.headers)
    assert written("searched") == []
    browser.sends(VIEW)
    browser.client.get("/search/?q=redis", headers=browser.headers)
    (event,) = written("searched")
    assert (event.unit, event.source) == (-browser.visitor, "web")
    browser.client.get("/search/?q=redis", headers=browser.headers | {"DNT": "1"})
    assert len(written("searched")) == 1


def test_the_names_of_the_scripts_events_are_those_of_readers(browser: Browser):
    """A script may say what was seen, never what was done."""
    for name in ("signed_up", "vote_cast", "answer_posted", "searched"):
        assert reasons(browser.sends({"name": name})) == ["unknown_name"]
