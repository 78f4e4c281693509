"""The report in a real browser: everybody can read it, nothing is wider than a phone, its button leads to the act."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from community.members.models import Member
from tests.axe import faults
from tests.experiments.report.test_page import made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_everybody(page: Page, sign_in: Callable[[Page, Member], None], admin, scheme):
    found = made(arms=("control", "guide", "tour"))
    page.emulate_media(color_scheme=scheme)
    sign_in(page, admin)
    page.goto(found.get_absolute_url())
    expect(page.get_by_role("heading", name="Ship “Tour”")).to_be_visible()
    page.get_by_text("All numbers").click()
    page.get_by_text("As a table").click()
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert faults(page) == []


def test_its_button_leads_to_what_it_recommends(page: Page, sign_in: Callable[[Page, Member], None], admin):
    found = made()
    sign_in(page, admin)
    page.goto(found.get_absolute_url())
    page.get_by_label("A note for who reads this later").fill("Ready, says the team.")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Ready, says the team.")).to_be_visible()
    page.get_by_role("link", name="Ship…").click()
    expect(page).to_have_url(re.compile(rf"/{found.pk}/ship/$"))
