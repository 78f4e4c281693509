"""The page of the API as people read it: opened by its links, on a phone, in the dark, without scripts."""

import pytest
from playwright.sync_api import Page, expect

from tests import axe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_operation_opens_and_nothing_is_wrong_with_it(page: Page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/api/v1/docs/")
    operation = page.locator("#createTopic")
    operation.locator("summary").click()
    expect(operation.get_by_text("A question needs one to five tags")).to_be_visible()
    assert axe.faults(page) == []


def test_it_fits_a_phone(page: Page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/api/v1/docs/")
    page.locator("#listTopics > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_problem_s_type_leads_to_its_line(page: Page):
    page.goto("/api/v1/docs/#problem-key-reused")
    expect(page.locator("#problem-key-reused")).to_be_in_viewport()
