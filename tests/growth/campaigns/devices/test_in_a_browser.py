"""Members and their browser: asked at a good moment, told by the service worker, sent where the message leads.

No push service can be reached from here: it is played (playing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Page, expect

from events.models import Event
from growth.campaigns.channels.interface import Message
from growth.campaigns.channels.webpush.payload import payload
from growth.campaigns.devices import consenting, links, registering
from growth.campaigns.models import Delivery, Device, SubscriptionTopic
from tests import axe, builders
from tests.growth.campaigns.devices.addresses import browser as address
from tests.growth.campaigns.devices.deliveries import sent
from tests.growth.campaigns.devices.playing import click, deliver, played, wait_until, worker_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LINE = "Tell me when there is an answer"


@pytest.fixture(autouse=True)
def _keys(db, monkeypatch) -> None:
    call_command("push_keys")
    monkeypatch.setattr("events.consent.is_bot", lambda agent: False)  # Chromium calls itself headless here


@pytest.fixture
def reader(browser: Browser, live_server, settings) -> Iterator[Callable[..., Page]]:
    """A page whose browser answers the question for the permission so."""
    settings.SITE_URL = live_server.url
    contexts: list[BrowserContext] = []

    def make(answer: str = "granted", **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, locale="en-GB", **options)
        context.set_default_timeout(10_000)
        context.add_init_script(played(address(), answer))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: pytest.fail(told.text) if "Content Security" in told.text else None)
        return page

    yield make
    for context in contexts:
        context.close()


def asked(page: Page) -> int:
    return int(page.evaluate("Number(sessionStorage.asked || 0)"))


def test_nobody_is_asked_on_arrival_and_who_follows_a_topic_is_by_a_line(reader, sign_in, alice, bob):
    topic = builders.question(bob)
    page = reader()
    sign_in(page, alice)
    page.goto(topic.get_absolute_url())
    expect(page.get_by_text(LINE)).to_have_count(0)
    page.get_by_role("button", name="Follow").click()
    line = page.get_by_role("button", name=LINE)
    expect(line).to_be_visible()
    assert asked(page) == 0, "the browser itself asks only after the button"
    line.click()
    expect(page.get_by_text("This browser will tell you.")).to_be_visible()
    assert (asked(page), page.evaluate("sessionStorage.trusted")) == (1, "65")
    device = Device.objects.get()
    assert (device.member, device.channel) == (alice, "webpush")
    page.goto(topic.get_absolute_url())
    expect(page.get_by_text(LINE)).to_be_hidden()


def test_who_has_just_answered_is_asked_once_and_not_now_is_remembered(reader, sign_in, alice, bob):
    page = reader()
    builders.give_points(alice, 300)
    sign_in(page, alice)
    for number in range(2):
        topic = builders.question(bob)
        page.goto(topic.get_absolute_url())
        page.get_by_label("Your answer").fill("Because it is written so, and long enough to be posted.")
        page.get_by_role("button", name="Post answer").click()
        page.wait_for_load_state()
        if number == 0:
            page.get_by_role("button", name="Not now").click()
        expect(page.get_by_text(LINE)).to_be_hidden()
    assert (asked(page), Device.objects.count()) == (0, 0)


def test_a_browser_that_refuses_says_so_and_nothing_is_kept(reader, sign_in, alice):
    page = reader("denied")
    sign_in(page, alice)
    page.goto("/settings/messages/")
    page.get_by_role("button", name="Reach me in this browser").click()
    expect(page.get_by_text("Your browser does not let this site show messages.")).to_be_visible()
    assert not Device.objects.exists()


def test_a_browser_removed_elsewhere_stops_by_itself(reader, sign_in, alice):
    page = reader()
    sign_in(page, alice)
    page.goto("/settings/messages/")
    page.get_by_role("button", name="Reach me in this browser").click()
    expect(page.get_by_text("This browser is one of them.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("This browser is one of them.")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Reach me in this browser")).to_be_visible()
    assert page.evaluate("sessionStorage.played") == ""
    assert not Device.objects.standing().exists()


def test_a_message_is_shown_replaced_and_followed(reader, sign_in, alice, bob, live_server):
    topic = builders.question(bob)
    page = reader()
    page.context.grant_permissions(["notifications"])
    sign_in(page, alice)
    page.goto("/settings/messages/")
    page.get_by_role("button", name="Reach me in this browser").click()
    expect(page.get_by_text("This browser is one of them.")).to_be_visible()
    delivery = sent(alice, channel="webpush")
    session, number = worker_of(page)
    for title in ("First", "Second"):
        message = Message(
            message_id=delivery.message_id,
            collapse_key="news",
            title=title,
            body="An answer waits.",
            url=links.to_page(delivery.pk, topic.get_absolute_url(), channel="webpush"),
        )
        deliver(page, session, number, payload(message).decode())
        page.wait_for_function(
            """async (title) => {
              const shown = await (await navigator.serviceWorker.ready).getNotifications();
              return shown.length === 1 && shown[0].title === title && shown[0].tag === "news";
            }""",
            arg=title,
        )
    wait_until(lambda: Delivery.objects.get().delivered_at)
    assert Delivery.objects.get().opened_at is None

    opened = click(page)
    wait_until(lambda: Delivery.objects.get().clicked_at)
    page.goto(opened)
    expect(page).to_have_url(live_server.url + topic.get_absolute_url())
    names = Event.objects.filter(object_kind="delivery").order_by("pk").values_list("name", flat=True)
    assert list(names) == ["message_opened", "message_clicked"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_settings_have_no_serious_fault_and_fit(reader, sign_in, alice, scheme, width):
    registering.register(alice, channel="webpush", address=address("other"), label="Firefox · Linux")
    page = reader(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    sign_in(page, alice)
    page.goto("/settings/messages/")
    expect(page.get_by_role("button", name="Reach me in this browser")).to_be_visible()
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_settings_work_and_say_what_is_missing(reader, sign_in, alice):
    page = reader(java_script_enabled=False)
    sign_in(page, alice)
    page.goto("/settings/messages/")
    expect(page.get_by_text("let this page run scripts")).to_be_visible()
    page.get_by_label("What you missed: e-mail").uncheck()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    topic = SubscriptionTopic.objects.get(key="missed")
    assert consenting.allowed([alice.pk], topic, ["email", "inapp"])[alice.pk] == {"inapp"}
