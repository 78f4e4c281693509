"""Hostile input at every address of the site: whatever comes, a 4xx or a page, never a fault of the server."""

import json
import logging
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from community.forum import steering
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BIG = "9" * 20  # more than a bigint holds
VALUES = ("a\x00b", BIG, "9" * 5000, "-1", "%s{{'\"\\<", "x" * 1_000_000)
IN_PATHS = ("a%00b", "%FF%FE", BIG, "..%2F..%2Fetc%2Fpasswd", "%0D%0AX-Evil:%201")
CURSORS = (
    ["a", "b"],
    ["\x00", 1],
    [10**30, 10**30],
    [float("nan"), 1],
    [float("inf"), float("-inf")],
    [{"t": "0001-01-01T00:00:00+14:00"}, {"t": "x"}],
    [{"t": "0001-01-01T00:00:00+14:00"}, 1],
    [{"t": "2020-01-01"}, 1],
    [True, False],
    [[1], {}],
    [1],
    ["x"],
    [{"t": "2020-01-01"}],
    {"a": 1},
    7,
)
NO_CURSORS = ("Wz", "é", "\x00", "A" * 4000, "_____w", "W1tb" * 900)
SEARCHED = ("q", "tags", "title", "to", "kind", "category", "rule", "show", "next", "sort", "status")
STEERING = ("page", "p", "topic", "order", "period", "merged")
WORDS = """
action again all body bio category confirm display_name email email_notifications excerpt file format id in_reply_to
into key kind language location login name next on password password1 picture reason summary tags theme time_zone title
to username value version wanted_kinds website wiki
"""
FIELDS = WORDS.split()


def routes(patterns: list[object] | None = None, before: str = "/") -> Iterator[str]:
    """Every address as its pattern writes it: /t/<int:pk>/reply/."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        route = before + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", str(found.pattern)).strip("^$")
        if isinstance(found, URLResolver):
            yield from routes(found.url_patterns, route)
        elif isinstance(found, URLPattern):
            yield re.sub(r"\\Z|(?<=/)[$^]|\$$|/\^", lambda odd: "/" if odd[0] == "/^" else "", route)


ROUTES = sorted({route for route in routes() if not re.match("/admin/.", route)})
NAMES = {"feed": "new", "span": "week", "period": "week", "section": "topics", "tab": "display", "kind": "post"}


@pytest.fixture
def places(alice, bob, mod) -> dict[str, str]:
    """What stands for <…> in a route, so that its view is reached."""
    builders.give_points(bob, 20_000)
    builders.give_points(alice, 20_000)
    topic = builders.question(alice)
    post = builders.answer(topic, bob)
    steering.close(builders.question(bob), by=mod, reason="done")
    comment = builders.comment(post)
    numbers = {"/t/": topic.pk, "/p/": post.pk, "/comments/": comment.pk, "/flag/": post.pk, "/hide/": post.pk}
    words = {"username": "alice", "tag": "python", "category": "general", "slug": "general", "path": "a.png"}
    return NAMES | words | {key: str(pk) for key, pk in numbers.items()}


def address(route: str, places: dict[str, str], **given: str) -> str:
    """A route with good values, but for those given."""

    def value(match: re.Match[str]) -> str:
        converter, name = match[1], match[2]
        if name in given:
            return given[name]
        if name == "pk":
            return next((pk for start, pk in places.items() if start[0] == "/" and route.startswith(start)), "1")
        return places.get(converter or "", places.get(name, "x"))

    return re.sub(r"<(?:(\w+):)?(\w+)>", value, route)


def status(client: Client, method: str, url: str, *args: object, **given: object) -> int:
    """Of one request, whose changes are undone."""
    with transaction.atomic():
        found = getattr(client, method)(url, *args, **given).status_code
        transaction.set_rollback(True)
    return found


def faults(client: Client, tries: Iterator[tuple]) -> list[tuple]:
    client.raise_request_exception = False
    return [
        (method, url[:80], str(args)[:80], code)
        for method, url, *args in tries
        if (code := status(client, method, url, *args)) >= 500
    ]


def cursor(values: object) -> str:
    return urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.fixture(params=["visitor", "moderator"])
def visitor(request, bob, mod, client_of) -> Iterator[Client]:
    logging.disable(logging.CRITICAL)  # of thousands of refusals
    yield {"visitor": Client, "member": lambda: client_of(bob), "moderator": lambda: client_of(mod)}[request.param]()
    logging.disable(logging.NOTSET)


def test_every_route_is_tried():
    assert len(ROUTES) > 100
    assert {"/t/<int:pk>/merge/", "/c/<str:category>/<feed:feed>/", "/media/<path:path>"} <= set(ROUTES)


def test_bad_words_and_numbers_in_addresses_are_not_found(places, visitor):
    def tries() -> Iterator[tuple]:
        for route in ROUTES:
            for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", route):
                for bad in (BIG, "9" * 3000) if converter == "int" else IN_PATHS:
                    for method in ("get", "post"):
                        yield method, address(route, places, **{name: bad})

    assert faults(visitor, tries()) == []


def test_bad_queries_are_not_found_or_shown_nothing(places, visitor):
    def tries() -> Iterator[tuple]:
        for route in (r for r in ROUTES if not re.search("feed[.]|^/accounts/", r)):
            url = address(route, places)
            for bad in ("a\x00b", BIG, "9" * 5000):
                yield "get", url, dict.fromkeys(SEARCHED, bad)
            yield "get", f"{url}?{'&'.join(name + '=%FF%FE' for name in SEARCHED)}"
            yield from (("get", url, {name: bad}) for name in STEERING for bad in (BIG, "-1"))

    assert faults(visitor, tries()) == []


LISTS = ("/", "/new/", "/top/all/", "/following/", "/tags/", "/tags/python/", "/members/", "/members/?order=newest")
OWN_LISTS = ("/members/?q=a", "/bookmarks/", "/inbox/", "/members/bob/points/")


def test_bad_cursors_are_not_found(places, visitor):
    def tries() -> Iterator[tuple]:
        for url in LISTS + OWN_LISTS:
            for bad in (*map(cursor, CURSORS), *NO_CURSORS):
                yield "get", f"{url}{'&' if '?' in url else '?'}after={quote(bad)}"

    assert faults(visitor, tries()) == []


def test_bad_forms_are_refused(places, visitor):
    def tries() -> Iterator[tuple]:
        for route in ROUTES:
            url = address(route, places)
            for bad in VALUES[:3]:
                yield "post", url, dict.fromkeys(FIELDS, bad)
            yield "post", url, "&".join(f"{name}=%FF%FE" for name in FIELDS), "application/x-www-form-urlencoded"
            yield "post", url, '{"body": [', "application/json"
            yield "post", url, b"--x\r\nnothing", "multipart/form-data; boundary=x"

    assert faults(visitor, tries()) == []


LONG = {"body", "title", "wiki", "bio", "reason", "summary", "note"}
FORMS: dict[str, dict[str, str]] = {
    "/ask/": {"kind": "discussion", "title": "A title of words", "body": "Words enough here.", "tags": "python"},
    "/t/<int:pk>/reply/": {"body": "Words enough here.", "in_reply_to": ""},
    "/t/<int:pk>/close/": {"on": "1", "reason": "done"},
    "/t/<int:pk>/merge/": {"into": "1"},
    "/t/<int:pk>/move/": {"category": "1"},
    "/p/<int:pk>/edit/": {"body": "Other words, enough.", "version": "1", "summary": ""},
    "/p/<int:pk>/revert/": {"to": "1", "version": "1"},
    "/p/<int:pk>/comment/": {"body": "Words enough here."},
    "/comments/<int:pk>/edit/": {"body": "Words enough here.", "version": "1"},
    "/flag/<str:kind>/<int:pk>/": {"reason": "spam", "note": ""},
    "/hide/<str:kind>/<int:pk>/": {"on": "1", "reason": "spam"},
    "/tags/<str:tag>/about/edit/": {"excerpt": "A tag.", "wiki": "A tag."},
    "/write/preview/": {"body": "$x$"},
    "/write/draft/": {"key": "topic", "title": "A title", "body": "Words"},
    "/bookmarks/drop/": {"key": "topic"},
    "/settings/": {"display_name": "Bob", "bio": "", "location": "", "website": ""},
    "/settings/display/": {"language": "en", "time_zone": "UTC", "theme": "dark"},
    "/settings/notifications/": {"wanted_kinds": "answered"},
    "/i18n/setlang/": {"language": "en", "next": "/"},
    "/theme/": {"theme": "dark", "next": "/"},
    "/inbox/read/": {"id": "1"},
    "/accounts/signup/": {"email": "new@example.org", "username": "newcomer", "password1": "wonderland-7"},
    "/accounts/login/": {"login": "bob", "password": "wonderland-7"},
}


@pytest.mark.parametrize("visitor", ["moderator"], indirect=True)
def test_one_bad_field_in_a_good_form_is_refused(places, visitor):
    def tries() -> Iterator[tuple]:
        for route, fields in FORMS.items():
            url = address(route, places)
            for name in fields:
                for bad in VALUES if name in LONG else VALUES[:-1]:
                    yield "post", url, {**fields, name: bad}

    assert faults(visitor, tries()) == []


@pytest.mark.parametrize("language", ["en-" + "a" * 8 + "-" + "b" * 8, "de", "../en", "en@x"])
def test_a_language_that_the_site_does_not_speak_is_not_kept(client_of, alice, language):
    client_of(alice).post("/i18n/setlang/", {"language": language})
    alice.refresh_from_db()
    assert alice.language == ""


def test_a_page_pressed_from_may_call_itself_anything(client_of, alice, bob):
    post = builders.opening(builders.question(alice))
    for referer in ("word", "a\x00b", "//evil.example", "javascript:alert(1)", "-1"):
        browser = client_of(alice)
        assert browser.post(f"/p/{post.pk}/vote/", {"value": "1"}, HTTP_REFERER=referer).status_code == 302
        answer = browser.post("/read/", HTTP_REFERER=referer)
        assert answer.status_code == 302
        assert "evil" not in answer["Location"]
        assert not answer["Location"].startswith("javascript")


def test_a_provider_without_keys_has_no_page(client):
    assert client.get("/accounts/github/login/callback/").status_code == 404


def test_a_cookie_with_a_nul_is_refused(client):
    client.cookies["sessionid"] = "a" * 31 + "\x00"
    assert client.get("/").status_code == 400
