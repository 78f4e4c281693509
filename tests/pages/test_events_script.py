"""The script that tells what a reader sees, in a real browser: what arrives is what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from community.members.models import Member
from community.points.models import Entry
from events.collecting import buffering
from events.models import Event
from tests import axe, builders

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[..., Any]


@pytest.fixture
def reader(browser: Browser, live_server, monkeypatch) -> Open:
    """A reader's own browser. It calls itself headless, and what another name Playwright gives it, the beacons of a
    page that is left do not bear."""
    monkeypatch.setattr("events.consent.is_bot", lambda agent: False)

    @contextmanager
    def open_browser(**options: Any) -> Iterator[Page]:
        with browser.new_context(base_url=live_server.url, locale="en-GB", **options) as context:
            page = context.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda told: errors.append(told.text) if "Content Security" in told.text else None)
            yield page
            assert errors == []

    return open_browser


def sent(page: Page, act: Callable[[], object]) -> None:
    """Do it, and wait for the answer to what the script sends of it."""
    with page.expect_response("**/api/v1/events"):
        act()


def seen(*names: str) -> list[Event]:
    buffering.flush()
    return list(Event.objects.filter(name__in=names).order_by("epoch_us", "pk"))


def go_away(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('pagehide'))")


def test_what_a_visitor_does_arrives_as_events_of_one_visit(reader, alice: Member, live_server):
    topics = [builders.question(alice, tags=["python"]) for _ in range(3)]
    shared = topics[0]
    with reader(permissions=["clipboard-read", "clipboard-write"]) as page:
        sent(page, lambda: page.goto(f"{shared.get_absolute_url()}?utm_source=News&by=zz#replies"))
        assert page.url == f"{live_server.url}{shared.get_absolute_url()}?utm_source=News#replies"
        page.mouse.wheel(0, 5000)
        page.get_by_role("link", name="Share").click()
        expect(page.get_by_role("link", name="Link copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()").endswith(shared.get_absolute_url())
        page.wait_for_timeout(1100)
        sent(page, lambda: go_away(page))
        sent(page, lambda: page.goto("/"))
        page.locator(".feed h3 a").nth(1).click()
        page.wait_for_url("**/t/**")
        page.wait_for_load_state("networkidle")

    views = seen("page_viewed")
    assert len({event.unit for event in Event.objects.filter(unit__lt=0)}) == 1
    assert len({event.session for event in views}) == 1
    assert {event.source for event in views} == {"news"}
    assert [event.properties["path"] for event in views[:2]] == [f"/t/{shared.pk}/", "/"]
    assert (views[0].object_kind, views[0].object_id) == ("topic", shared.pk)
    assert views[0].properties["utm_source"] == "news"
    read = seen("topic_read")[0]
    assert (read.object_id, read.properties["scroll"]) == (shared.pk, 100)
    assert 1 <= read.value <= 3
    assert [(event.object_id, event.properties) for event in seen("shared")] == [(shared.pk, {"channel": "copy"})]
    (click,) = seen("clicked")
    assert click.properties == {"path": "/", "selector": "feed", "position": 2}
    shown = {
        event.object_id: event.properties["position"] for event in seen("impression") if event.properties["path"] == "/"
    }
    assert (len(shown), shown[click.object_id]) == (3, 2)


@pytest.mark.slow
def test_a_share_that_brings_a_newcomer_earns_a_point(reader, alice: Member, sign_in):
    topic = builders.question(tags=["python"])
    with reader() as page:
        sign_in(page, alice)
        page.goto(topic.get_absolute_url())
        link = page.get_by_role("link", name="Share").get_attribute("href").removeprefix("http://testserver")
    for _visit in range(2):  # the second is no newcomer
        with reader() as page:
            sent(page, lambda: page.goto(link))
            sent(page, lambda: page.goto(link))
    assert list(Entry.objects.filter(rule__name="share").values_list("member", "granted")) == [(alice.pk, 1)] * 2


@pytest.mark.slow
@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_asks_not_to_be_tracked_leaves_nothing(header, reader):
    builders.question(tags=["python"])
    with reader(extra_http_headers={header: "1"}) as page:
        page.goto("/")
        page.wait_for_load_state("networkidle")
        go_away(page)
        assert [cookie["name"] for cookie in page.context.cookies()] == []
    assert seen("page_viewed", "impression") == []


@pytest.mark.slow
def test_where_consent_is_required_the_reader_is_asked_first(reader, settings):
    settings.CONSENT_REQUIRED = True
    with reader() as page:
        page.goto("/tags/")
        banner = page.get_by_role("region", name="Privacy")
        expect(banner).to_be_visible()
        assert axe.faults(page) == []
        banner.get_by_role("button", name="No, thank you").click()
        page.goto("/tags/")
        expect(banner).to_be_hidden()
        assert page.evaluate("localStorage.length") == 0
        page.get_by_role("button", name="Privacy").click()
        sent(page, lambda: banner.get_by_role("button", name="Agree").click())
        expect(banner).to_be_hidden()
    assert [event.properties["path"] for event in seen("page_viewed")] == ["/tags/"]


@pytest.mark.slow
def test_who_takes_their_consent_back_keeps_nothing_by_which_they_are_known(reader, settings):
    settings.CONSENT_REQUIRED = True
    with reader() as page:
        page.goto("/tags/")
        banner = page.get_by_role("region", name="Privacy")
        sent(page, lambda: banner.get_by_role("button", name="Agree").click())
        assert "visitor" in {cookie["name"] for cookie in page.context.cookies()}
        page.get_by_role("button", name="Privacy").click()
        sent(page, lambda: banner.get_by_role("button", name="No, thank you").click())
        page.wait_for_load_state("networkidle")
        go_away(page)
        assert [cookie["name"] for cookie in page.context.cookies()] == ["consent"]
        assert page.evaluate("localStorage.length") == 0
    assert len(seen("page_viewed")) == 1
