"""An experiment from the form to the decision: in the admin by a browser, on the site by two hundred members."""

import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

import experiments
from community.forum.models import Post, Topic
from community.forum.trials import WELCOME
from community.members.models import Member
from events.collecting import buffering
from events.models import Event
from experiments import exposing, snapshot
from experiments.flags import changing
from experiments.measuring import background
from experiments.models import Experiment, ExposureDay
from tests import builders
from tests.events.lake.holding import seal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
VISITORS, IN_BROWSERS = 200, 3
KEEPS = {"none": 0.2, "read": 0.6}  # the share of them who bookmark, by the welcome that they see
Sign = Callable[[Page, Member], None]


@pytest.fixture
def visit(browser: Browser, live_server, sign_in: Sign) -> Callable[[Member, Topic], str]:
    """In a browser of one's own, which does not say that it is driven (who does is exposed to nothing)."""

    def visit(member: Member, topic: Topic) -> str:
        with browser.new_context(base_url=live_server.url, user_agent=BROWSER, locale="en-GB") as context:
            page = context.new_page()
            sign_in(page, member)
            page.goto("/")
            shown = "read" if page.get_by_role("link", name="Follow the tags that you know").count() else "none"
            page.goto(topic.get_absolute_url())
            page.get_by_role("button", name="Bookmark").click()
            expect(page.get_by_role("button", name="Bookmarked")).to_be_visible()
        return shown

    return visit


@pytest.fixture
def topic(bob) -> Topic:
    exposing.memory.clear()
    changing.create(WELCOME, kind="string", off_value="none", on_value="read", by=None)
    return builders.question()


def test_it_is_made_started_visited_read_and_shipped(
    page: Page,
    sign_in: Sign,
    visit: Callable[[Member, Topic], str],
    client_of: Callable[[Member], Client],
    admin: Member,
    topic: Topic,
):
    sign_in(page, admin)
    _make(page)
    _start(page)
    snapshot.refresh()  # as each process does within a second
    members = [builders.member(f"newcomer{number}") for number in range(VISITORS)]
    seen = _visit(members[IN_BROWSERS:], topic, client_of)
    for member in members[:IN_BROWSERS]:
        seen[member.pk] = visit(member, topic)
    _measure()
    assert {row.variation: row.units for row in ExposureDay.objects.all()} == {
        arm: list(seen.values()).count(welcome) for arm, welcome in enumerate(KEEPS)
    }
    _read(page)
    _ship(page)
    snapshot.refresh()
    assert {experiments.for_member(member.pk, WELCOME, "none") for member in members} == {"read"}
    assert all(_shown(client_of(member)) == "read" for member in members[:: VISITORS // 20])


def _make(page: Page) -> None:
    page.goto(reverse("admin:experiments_experiment_changelist"))
    page.get_by_role("link", name="New experiment").click()
    page.get_by_role("link", name="A change, yes or no").click()
    _field(page, "name").fill("A welcome that shows what to read")
    _field(page, "flag").fill(WELCOME)
    page.get_by_label("Who is asked").select_option(label="members")
    _field(page, "variations-0-value").fill("none")
    _field(page, "variations-1-value").fill("read")
    page.locator("select[name=metrics-0-version]").select_option(label="Bookmarks")
    page.locator("select[name=metrics-1-version]").select_option(label="Active acts")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Say before the start how many units it needs")).to_be_visible()
    page.get_by_label("Planned size").fill(str(VISITORS))
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Before it can start")).to_have_count(0)


def _field(page: Page, name: str) -> Locator:
    return page.locator(f"form#editor [name={name}]")


def _start(page: Page) -> None:
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_label("Why").fill("The guide is written.")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Nothing is counted yet")).to_be_visible()


def _visit(members: list[Member], topic: Topic, client_of: Callable[[Member], Client]) -> dict[int, str]:
    """Each opens the feed, and some bookmark the question: more of those who are shown what to read."""
    chance, seen = random.Random(1), {}
    address = reverse("forum:bookmark", args=[builders.opening(topic).pk])
    for member in members:
        client = client_of(member)
        seen[member.pk] = _shown(client)
        if chance.random() < KEEPS[seen[member.pk]]:
            assert client.post(address, {"on": "1"}, headers={"User-Agent": BROWSER}).status_code == 302
    return seen


def _shown(client: Client) -> str:
    page = client.get("/", headers={"User-Agent": BROWSER}).content.decode()
    return "read" if "Follow the tags that you know" in page else "none"


def _measure() -> None:
    """When the windows of a week have closed."""
    buffering.flush()
    assert Event.objects.filter(name="exposed").count() == VISITORS
    assert Post.objects.filter(bookmarks__isnull=False).exists()
    seal()
    background.refresh(as_of=timezone.now() + timedelta(days=17))


def _read(page: Page) -> None:
    page.goto(reverse("admin:experiments_experiment_changelist"))
    page.get_by_role("link", name="A welcome that shows what to read").click()
    expect(
        page.get_by_role("heading", name=re.compile(r"Ship “Treatment”: it changed Bookmarks by \+"))
    ).to_be_visible()
    expect(page.get_by_text("If we …, then")).to_have_count(0)
    expect(page.get_by_label("Health")).to_contain_text("100 % of units are mature")
    expect(page.locator("svg .solid")).to_have_count(2)
    page.get_by_text("All numbers").click()
    expect(
        page.get_by_role("row").filter(has_text=re.compile(r"Bookmarks.*\+.* to \+", re.DOTALL)).first
    ).to_be_visible()


def _ship(page: Page) -> None:
    page.get_by_role("link", name="Ship…").click()
    page.get_by_label("Treatment").check()
    page.get_by_label("Why").fill("Three times as many keep something to read.")
    page.get_by_role("button", name="Ship").click()
    expect(page.get_by_text("Three times as many keep something to read.").first).to_be_visible()
    found = Experiment.objects.get()
    assert (found.decision, found.winner, found.decided_by.username) == ("ship", 1, "admin")
    assert found.decision_reason == "Three times as many keep something to read."
