"""The report of a campaign in a real browser: everybody can read it, and nothing is wider than a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from growth.campaigns.proving import building
from tests.axe import faults
from tests.growth.campaigns.proving.test_page import LATER, going

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_everybody(page: Page, sign_in, admin, scheme):
    campaign = going(sent=(60, 60), does=(0.2, 0.7, 0.5), holdout=5000)
    building.report(campaign, LATER)
    page.emulate_media(color_scheme=scheme)
    sign_in(page, admin)
    page.goto(reverse("admin:campaigns_campaign_report", args=[campaign.pk]))
    expect(page.get_by_role("heading", name="It helps: Contributed within 7 days")).to_be_visible()
    for summary in page.locator("summary").all():
        if not summary.evaluate("one => one.parentElement.open"):
            summary.click()
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert faults(page) == []
