"""Tokens and consent as a browser has them: its own word of where a form comes from, and the site's policy."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

from community.api import tokens
from community.members.models import Member
from tests import axe
from tests.api.party import CHALLENGE, register

pytestmark = pytest.mark.slow


@pytest.fixture
def alice(alice) -> Member:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return alice


def enter(page: Page) -> None:
    page.get_by_label("Username or e-mail").fill("alice")
    page.get_by_label("Password").fill("wonderland-7")
    page.get_by_role("main").get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_load_state()


def look_at(page: Page) -> None:
    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        assert axe.faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_a_member_lets_an_application_in_and_is_sent_back_to_it(page, alice, bob, live_server):
    """The way back leads to this server too: nothing else answers here."""
    back = f"{live_server.url.replace('localhost', '127.0.0.1')}/robots.txt"
    application, _secret = register(bob, redirect_uris=back)
    page.goto(
        f"/oauth/authorize/?response_type=code&client_id={application.client_id}&redirect_uri={back}"
        f"&scope=read&state=s&code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
    enter(page)
    look_at(page)
    page.get_by_role("button", name="Let it in").click()
    page.wait_for_url(f"{back}?code=*")


def test_the_pages_of_programs_are_without_serious_faults_and_fit_the_screen(page, alice):
    tokens.create(alice, name="A script with a rather long name", scopes=["read", "write:posts"])
    register(alice)
    page.goto("/accounts/login/?next=/settings/programs/")
    enter(page)
    look_at(page)
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Password").fill("wonderland-7")
    page.get_by_role("button", name="Confirm").click()
    look_at(page)
    page.get_by_label("What is it for?").fill("cron")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("Copy this now")).to_be_visible()
    look_at(page)
    page.goto("/settings/programs/applications/new/")
    look_at(page)
