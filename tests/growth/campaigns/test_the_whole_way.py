"""A campaign from the form to the proof: written and approved in the admin, sent by the tasks, read in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from community.members.models import Member
from events.collecting import buffering
from growth.campaigns import tasks
from growth.campaigns.models import Campaign, Delivery, QuietHours
from growth.campaigns.planning import allotting
from growth.campaigns.proving import building
from growth.segments import keeping, refreshing
from tests.events.lake.holding import seal
from tests.growth.campaigns.devices.playing import click, deliver, played, wait_until, worker_of
from tests.growth.campaigns.servers import serving, webpush
from tests.imports.dumps import Dump, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

HELPERS = 12
Open = Callable[..., Page]


@pytest.fixture
def service(settings) -> Iterator[webpush.PushService]:
    """A push service of our own network, as the operator names it."""
    made = webpush.PushService()
    with serving.beside(made) as made.url:
        settings.WEBHOOK_ALLOWED_HOSTS = [urlsplit(made.url).netloc]
        yield made


@pytest.fixture
def helpers(tmp_path) -> list[Member]:
    """Members of an imported community who answered there, and one who asked."""
    dump = Dump(tmp_path / "site")
    dump.user("Community", Id=-1)
    question = dump.question(dump.user("Asker"))
    for number in range(HELPERS):
        dump.answer(question, dump.user(f"Helper {number}"))
    run(dump.write())
    call_command("push_keys")
    return list(Member.objects.filter(username__startswith="helper").order_by("pk"))


@pytest.fixture
def opened(browser: Browser, live_server, settings, sign_in, monkeypatch) -> Iterator[Open]:
    """A page of a browser of one's own, signed in."""
    settings.SITE_URL = live_server.url
    monkeypatch.setattr("events.consent.is_bot", lambda agent: False)  # Chromium calls itself headless here
    QuietHours.objects.all().delete()  # it may be night
    contexts = []

    def make(member: Member, script: str = "") -> Page:
        contexts.append(context := browser.new_context(base_url=live_server.url, locale="en-GB"))
        context.set_default_timeout(10_000)
        context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda told: pytest.fail(told.text) if "Content Security" in told.text else None)
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        sign_in(page, member)
        return page

    yield make
    for context in contexts:
        context.close()


def test_it_is_written_approved_sent_clicked_proved_and_explained(
    opened: Open, service: webpush.PushService, helpers: list[Member], admin: Member, member_named
):
    reader, *others = helpers
    page = _subscribe(opened, reader, service)
    author, colleague = opened(admin), opened(member_named("colleague", is_staff=True, is_superuser=True))
    campaign = _write(author)
    _draw(campaign, reader, others)
    _approve(author, colleague, campaign)
    tasks.plan()
    tasks.send()
    tasks.end()
    shown = _arrived(service, campaign)
    _follow(page, shown)
    _measure(campaign)
    _read_the_report(author, campaign)
    _why(page, reader)
    _why_to_the_operator(author, reader)


def _subscribe(opened: Open, reader: Member, service: webpush.PushService) -> Page:
    page = opened(reader, played(webpush.subscription(service.url, 1)))
    page.context.grant_permissions(["notifications"])
    page.goto("/settings/messages/")
    page.get_by_role("button", name="Reach me in this browser").click()
    expect(page.get_by_text("This browser is one of them.")).to_be_visible()
    return page


def _write(page: Page) -> Campaign:
    """Two texts for those who answered, and a fifth of them held back."""
    keeping.create("Helpers", definition={"event": "answer_posted"}, by=None)
    seal()
    refreshing.refresh_due(timezone.now())
    page.goto(reverse("admin:campaigns_campaign_changelist"))
    page.get_by_role("link", name="New campaign").click()
    page.get_by_role("link", name="Two texts, one time").click()
    form = page.locator("form#editor")
    form.get_by_label("Name", exact=True).first.fill("Who can answer this?")
    form.get_by_label("Segment").select_option(label="Helpers")
    form.locator("[name=channels_1]").select_option("inapp")
    form.get_by_label("Holdout, %").fill("20")
    for number, title in enumerate(("A question waits, {{ member.name }}", "Can you answer this?")):
        form.locator(f"[name=variations-{number}-title_en]").fill(title)
        form.locator(f"[name=variations-{number}-body_en]").fill("Nobody has answered it yet.")
        form.locator(f"[name=variations-{number}-url]").fill("/unanswered/")
    expect(page.locator("#preview")).to_contain_text("A question waits, ")
    form.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Before it can go out")).to_have_count(0)
    return Campaign.objects.get()


def _draw(campaign: Campaign, reader: Member, others: list[Member]) -> None:
    """By a seed that lets the reader get the first text, and holds somebody back."""
    for number in count():
        campaign.seed = f"whole-{number}"
        arm, *arms = [allotting.arm(campaign, member.pk) for member in (reader, *others)]
        if (arm.held, arm.variation) == ("", 0) and {bool(one.held) for one in arms} == {True, False}:
            break
    campaign.save()


def _approve(author: Page, colleague: Page, campaign: Campaign) -> None:
    author.reload()
    author.get_by_role("link", name="Ask for approval").click()
    author.get_by_role("button", name="Ask for approval").click()
    expect(author.get_by_text("You wrote it yourself: somebody else approves it.")).to_be_visible()
    colleague.goto(campaign.get_absolute_url())
    colleague.get_by_role("link", name="Approve").click()
    expect(colleague.get_by_text(f"{HELPERS} members take part.")).to_be_visible()
    colleague.get_by_role("button", name="Approve").click()
    colleague.get_by_role("link", name="Launch now").click()
    colleague.get_by_label("Type the campaign’s key").fill(campaign.key)
    colleague.get_by_role("button", name="Launch now").click()
    expect(colleague.get_by_role("link", name="Pause")).to_be_visible()


def _arrived(service: webpush.PushService, campaign: Campaign) -> dict:
    """At the push service, once, what the reader drew; others got it on the site, or nothing."""
    (shown,) = service.ledger.shown
    assert service.ledger.refused == {}
    assert shown["notification"]["title"] == "A question waits, Helper 0"
    states = campaign.deliveries.values_list("held", "state", "channel")
    assert set(states) == {(False, "sent", "webpush"), (False, "sent", "inapp"), (True, "held", "inapp")}
    assert len(states) == HELPERS
    campaign.refresh_from_db()
    assert campaign.state == "finished"
    return shown


def _follow(page: Page, shown: dict) -> None:
    deliver(page, *worker_of(page), json.dumps(shown))
    delivery = Delivery.objects.get(channel="webpush")
    wait_until(lambda: Delivery.objects.get(pk=delivery.pk).delivered_at)
    page.goto(click(page))
    expect(page).to_have_url(re.compile("/unanswered/$"))
    delivery.refresh_from_db()
    assert delivery.clicked_at


def _measure(campaign: Campaign) -> None:
    """When the windows have closed."""
    buffering.flush()
    seal()
    building.report(campaign, timezone.now() + timedelta(days=9))


def _read_the_report(page: Page, campaign: Campaign) -> None:
    page.goto(campaign.get_absolute_url())
    page.get_by_role("link", name="report", exact=True).click()
    funnel = page.get_by_role("region", name="From queued to the goal")
    for step, members in (("sent", campaign.deliveries.filter(state="sent", variation=0).count()), ("clicked", 1)):
        row = funnel.get_by_role("row").filter(has_text=step).first
        expect(row.get_by_role("cell").nth(1)).to_have_text(str(members))


def _why(page: Page, reader: Member) -> None:
    page.goto("/settings/messages/received/")
    page.get_by_role("link", name="Why?").click()
    expect(page.get_by_text("It was sent to you by browser.")).to_be_visible()


def _why_to_the_operator(page: Page, reader: Member) -> None:
    page.goto(reverse("admin:campaigns_delivery_changelist"))
    page.get_by_role("row").filter(has_text=str(reader)).filter(has_text="browser").get_by_role("link").first.click()
    expect(page.get_by_text("The member was in the segment “Helpers” when the audience was frozen.")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
