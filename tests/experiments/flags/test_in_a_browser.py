"""A flag from its making to what everybody gets, by clicks alone, on pages that everybody can read."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.members.models import Member
from experiments.models import Flag
from tests.axe import faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").click()


def lead_to(page: Page, name: str) -> None:
    page.get_by_role("link", name=re.compile(rf"\b{name}$")).first.click()


def act(page: Page, name: str, why: str, **fields: str) -> None:
    lead_to(page, name)
    for field, value in fields.items():
        page.locator(f"[name={field}]").fill(value)
    page.locator("[name=why]").fill(why)
    assert faults(page) == []
    page.get_by_role("button", name=name, exact=True).click()


def test_a_flag_is_made_mended_killed_taken_back_and_solidified(
    page: Page, sign_in: Callable[[Page, Member], None], admin: Member
) -> None:
    sign_in(page, admin)
    page.goto(reverse("admin:experiments_flag_add"))
    page.locator("[name=kind]").select_option("string")
    for name, typed in {"name": "welcome.copy", "off_value": "hello", "on_value": "hi", "why": "Warmer"}.items():
        page.locator(f"[name={name}]").fill(typed)
    page.get_by_text("Add another Rule").click()
    page.locator("[name=rules-0-value]").fill("ciao")
    page.locator("[name=rules-0-condition]").fill('{"country": {"$is": "IT"}}')
    save(page)
    expect(page.get_by_text("country.$is: there is no such operator")).to_be_visible()
    page.locator("[name=rules-0-condition]").fill('{"country": "IT"}')
    save(page)
    expect(page.get_by_text("was added successfully")).to_be_visible()
    flag = Flag.objects.get(name="welcome.copy")
    act(page, "Kill", "Too warm")
    expect(page.get_by_text("welcome.copy: killed")).to_be_visible()
    lead_to(page, "Changes")
    assert faults(page) == []
    act(page, "Take back", "Not so")
    act(page, "Solidify", "It won", value="ciao")
    expect(page.get_by_text("welcome.copy: solidified")).to_be_visible()
    flag.refresh_from_db()
    assert (flag.off_value, flag.lifecycle, flag.killed_at, flag.rules.count()) == ("ciao", "completed", None, 0)
    assert list(flag.changes.values_list("act", flat=True)) == ["solidified", "taken back", "killed", "created"]
    page.goto(reverse("admin:experiments_flag_preview", args=[flag.pk]))
    expect(page.get_by_text("No rule is for this unit: it gets the default.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert faults(page) == []
