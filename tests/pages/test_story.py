"""The main path, in a real browser: join, ask, answer as another, vote, accept, see points and board change."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from community.members.models import Member
from community.points.boards import publishing
from tests import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def _confirmation_link() -> str:
    return re.findall(r"https?://[^/\s]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[0]


def _join(page: Page, username: str) -> None:
    page.goto("/accounts/signup/")
    page.locator("input[name=email]").fill(f"{username}@example.org")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password1]").fill("looking-glass-9")
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    page.goto(_confirmation_link())
    if page.locator("form[action*=confirm-email]").count():
        page.locator("form[action*=confirm-email] button").click()


def test_a_newcomer_asks_is_answered_votes_and_accepts(
    page: Page, sign_in: Callable[[Page, Member], None], bob: Member
) -> None:
    builders.category("Questions")
    builders.tag("redis")
    publishing.rebuild()  # as the sweeper does within ten seconds of a start

    _join(page, "newcomer")
    newcomer = Member.objects.get(username="newcomer")
    builders.give_points(newcomer, 15)  # what voting takes
    sign_in(page, newcomer)

    page.goto("/ask/")
    page.get_by_label("Title").fill("How do I keep a leaderboard exact?")
    page.get_by_label("Text").fill("We add points after the commit, and a **crash** loses them.")
    expect(page.locator(".preview strong")).to_have_text("crash")
    page.get_by_label("Tags").fill("redis")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How do I keep a leaderboard exact?")
    address = page.url

    page.context.clear_cookies()
    sign_in(page, bob)
    page.goto(address)
    page.get_by_label("Your answer").fill("Write totals, and carry the id of the entry with them.")
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator("#p1 .prose")).to_contain_text("Write totals")

    page.context.clear_cookies()
    sign_in(page, newcomer)
    page.goto("/inbox/")
    expect(page.locator("main")).to_contain_text("bob")
    page.goto(address)
    page.locator("#p1").get_by_role("button", name="Useful: vote up").click()
    expect(page.locator("#p1 .vote b")).to_have_text("1")
    page.locator("#p1").get_by_role("button", name="Accept").click()
    expect(page.locator("#p1.accepted")).to_be_visible()

    page.goto("/members/bob/")
    expect(page.locator("main")).to_contain_text("31")  # joined 1, first post 5, voted up 10, accepted 15
    page.goto("/boards/")
    expect(page.locator(".board tr", has_text="bob")).to_contain_text("30")


def test_a_topic_reads_and_writes_without_scripts(browser, live_server, client_of, bob: Member) -> None:
    topic = builders.question()
    cookie = client_of(bob).cookies["sessionid"]
    with browser.new_context(base_url=live_server.url, java_script_enabled=False) as context:
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(topic.get_absolute_url())
        page.get_by_label("Your answer").fill("It fails because the clock is set to yesterday.")
        page.get_by_role("button", name="Post answer").click()
        expect(page.locator("#p1 .prose")).to_contain_text("clock is set")
        page.locator("#p1").get_by_text("Edit", exact=True).click()
        page.get_by_label("Text").fill("It fails because the clock is set to tomorrow.")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#p1 .prose")).to_contain_text("tomorrow")
