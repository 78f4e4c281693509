"""The Content-Security-Policy in a real browser: pages work under it, and what it forbids does not run.

The `page` fixture fails each test, here and elsewhere, on whatever the policy had to refuse.
"""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from community.api.programs import applications
from community.members.models import Member
from tests import axe, builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SignIn = Callable[[Page, Member], None]


def test_the_pages_of_accounts_and_the_reference_of_the_api_break_nothing(page: Page, sign_in: SignIn, alice: Member):
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    page.goto("/api/v1/docs/")
    expect(page.locator("main")).to_be_visible()
    sign_in(page, alice)
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/"):
        page.goto(path)
        expect(page.locator("main")).to_be_visible()


def test_a_picture_of_another_site_may_be_shown(page: Page, bob: Member):
    page.route(
        "https://pictures.example.org/**",
        lambda route: route.fulfill(
            status=200,
            content_type="image/svg+xml",
            body="<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        ),
    )
    topic = builders.question(bob, body="See ![a plot](https://pictures.example.org/plot.svg) and tell me what it is.")
    page.goto(topic.get_absolute_url())
    picture = page.get_by_alt_text("a plot")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 9)


def test_what_got_into_a_page_does_not_run(browser: Browser, live_server, alice: Member):
    """Were the sanitiser ever passed: an inline script, a handler, a style, eval, a form to elsewhere, a frame."""
    with browser.new_context(base_url=live_server.url) as context:
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda told: refused.append(told.text))
        page.goto("/")
        page.evaluate("""() => {
            const planted = document.createElement("div");
            planted.innerHTML = '<img src="/none" onerror="window.ran = 1"><p id="p" style="color: red">x</p>';
            const script = document.createElement("script");
            script.textContent = "window.ran = 2";
            document.body.append(planted, script);
            const form = document.createElement("form");
            form.action = "https://evil.example.org/";
            document.body.append(form);
            form.submit();
        }""")
        page.wait_for_timeout(200)
        told = "\n".join(refused)
        for directive in ("script-src", "style-src", "form-action"):
            assert re.search(rf"violates.*{directive}", told), directive
        assert page.evaluate("window.ran") is None
        assert page.url == f"{live_server.url}/"


def test_nobody_frames_us(browser: Browser, live_server):
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content(f'<iframe name="ours" src="{live_server.url}/"></iframe>')
        page.wait_for_timeout(500)
        assert page.frame("ours").url.startswith("chrome-error")


def test_a_page_of_consent_leads_on_to_its_client(page: Page, sign_in: SignIn, alice: Member):
    """Browsers hold the redirect after a form to `form-action`, too."""
    back = "https://app.example.org/back"
    page.route(f"{back}**", lambda route: route.fulfill(status=200, body="Welcome back"))
    client, _secret = applications.register(alice, name="Reader", client_type="public", redirect_uris=back)
    sign_in(page, alice)
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": back,
        "scope": "read",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # RFC 7636, appendix B
        "code_challenge_method": "S256",
    }
    page.goto(f"/oauth/authorize/?{urlencode(asked)}")
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_text("Welcome back")).to_be_visible()
    assert page.url.startswith(f"{back}?code=")


ADMIN = (
    "index",
    "members_member_changelist",
    "members_member_add",
    "forum_topic_changelist",
    "forum_post_changelist",
    "forum_category_changelist",
    "points_rule_changelist",
    "moderation_flag_changelist",
    "webhooks_endpoint_add",
)


def test_the_admin_works_under_its_own_policy(page: Page, sign_in: SignIn, admin: Member, alice: Member):
    builders.question(alice)
    sign_in(page, admin)
    for name in ADMIN:
        page.goto(reverse(f"admin:{name}"))
        expect(page.locator("#main, main, #content").first).to_be_visible()
    page.goto(reverse("admin:members_member_change", args=[alice.pk]))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("typeof Alpine") == "object"
    assert axe.faults(page, "button-name", "label", "duplicate-id-aria") == []
