"""Accounts as a browser has them: passkeys by a virtual authenticator, and every page under axe."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from community.members.models import Member
from events.models import Event
from tests import axe

pytestmark = pytest.mark.slow

PASSWORD = "wonderland-7"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
DOORS = ["login/", "signup/", "password/reset/", "confirm-email/", "inactive/", "3rdparty/login/cancelled/"]
ROOMS = [
    *(f"settings/{tab}" for tab in ("", "display/", "privacy/", "notifications/", "sign-in/", "data/", "leave/")),
    *(f"accounts/{page}" for page in ("email/", "password/change/", "3rdparty/", "reauthenticate/", "logout/")),
    *(f"accounts/2fa/{page}" for page in ("", "totp/activate/", "webauthn/", "webauthn/add/")),
    "members/",
    "members/alice/",
]


@pytest.fixture
def alice(alice) -> Member:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return alice


def enter(page: Page) -> None:
    """Sign in, and prove the password once more, as pages that change ways to sign in ask for."""
    page.goto("/accounts/login/")
    page.get_by_label("Username or e-mail").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url("/")
    page.goto("/accounts/reauthenticate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_load_state()


def test_a_passkey_is_added_and_opens_the_door_alone(page, alice):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    enter(page)
    page.goto("/accounts/2fa/webauthn/add/")
    expect(page.get_by_label("Passwordless")).to_be_checked()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("main").get_by_role("button", name="Add").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/**")
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("main")).to_contain_text("My phone")
    assert axe.faults(page) == []
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/settings/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("/settings/")
    expect(page.get_by_label("Display name")).to_be_visible()
    assert Authenticator.objects.get(type="webauthn").user == alice
    methods = Event.objects.filter(name="signed_in", unit=alice.pk).order_by("id").values_list("properties", flat=True)
    assert list(methods) == [{"method": "password"}, {"method": "passkey"}]


def look_at(page: Page, paths: list[str]) -> None:
    """Every other page on a desktop in the light, the rest on a phone in the dark."""
    for number, path in enumerate(paths):
        page.emulate_media(color_scheme="dark" if number % 2 else "light")
        page.set_viewport_size({"width": 390 if number % 2 else 1280, "height": 844})
        page.goto(path)
        assert (path, axe.faults(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_the_doors_are_without_serious_faults_and_fit_the_screen(page, alice):
    look_at(page, [f"/accounts/{path}" for path in DOORS])


def test_a_refused_form_is_without_serious_faults_and_keeps_what_was_typed(page, alice):
    page.goto("/accounts/signup/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Email").fill("new@example.org")
    page.get_by_label("Password").fill("123")
    page.get_by_role("main").get_by_role("button", name="Sign Up").click()
    expect(page.get_by_label("Username")).to_have_accessible_description("This name is taken.")
    expect(page.get_by_label("Email")).to_have_value("new@example.org")
    assert axe.faults(page) == []


def test_a_members_own_pages_are_without_serious_faults_and_fit_the_screen(page, alice):
    enter(page)
    look_at(page, [f"/{path}" for path in ROOMS])
