"""Writing a campaign in a browser: what is shown as one writes, and whether everybody can use the pages."""

import pytest
from playwright.sync_api import Page, expect

from growth.campaigns.models import Campaign
from tests import axe
from tests.growth.campaigns import builders
from tests.growth.campaigns.admin.conftest import LIST

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(page: Page, sign_in, admin):
    sign_in(page, admin)
    return page


def test_a_campaign_is_written_looked_at_and_saved(desk: Page):
    desk.goto(f"{LIST}new/")
    desk.get_by_role("link", name="Two texts, one time").click()
    expect(desk.get_by_label("Event", exact=True)).to_be_hidden()
    desk.get_by_label("Name", exact=True).first.fill("Spring")
    desk.locator("[name=channels_0]").select_option("inapp")
    desk.locator("[name='variations-0-title_en']").fill("Hello {{ member.username }}")
    desk.locator("[name='variations-1-title_en']").fill("Hi")
    expect(desk.locator("#preview .title").first).to_have_text("Hello admin")
    desk.get_by_label("Kind").select_option("triggered")
    expect(desk.get_by_label("Event", exact=True)).to_be_visible()
    desk.get_by_label("Kind").select_option("broadcast")
    desk.locator("button.show").click()
    expect(desk.get_by_text("Saved.")).to_be_visible()
    assert Campaign.objects.get().variations.count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(desk: Page, scheme):
    desk.emulate_media(color_scheme=scheme)
    arms = [{"key": "only", "content": {"texts": {"en": {"title": "Hello"}}}}]
    draft, running = builders.campaign(variations=arms), builders.launched(variations=arms)
    pages = ("", "new/", "add/?from=newcomers", "calendar/", f"{draft.pk}/change/", f"{draft.pk}/submit/")
    for address in (*pages, f"{running.pk}/change/", f"{running.pk}/stop_test/", f"{draft.pk}/try/"):
        desk.goto(f"{LIST}{address}")
        assert axe.faults(desk) == [], address
