"""Signing in with an account that one has elsewhere."""

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client

from community.members.models import Member
from events.models import Event
from tests.members.oidc import CLIENT, SECRET, Provider


@pytest.fixture
def provider(db, settings):
    provider = Provider()
    app = {
        "provider_id": "company",
        "name": "Work",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": provider.url, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield provider
    provider.close()


def go(client: Client, process: str = "login"):
    """The whole way: our button, the provider, back to our callback."""
    there = client.post(f"/accounts/oidc/company/login/?process={process}").headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


def test_the_sign_in_page_offers_what_is_configured(provider, client):
    html = client.get("/accounts/login/").content.decode()
    assert 'action="/accounts/oidc/company/login/?process=login"' in html
    assert ">Work<" in html


def test_a_new_member_comes_with_name_and_address_and_is_signed_in(provider, client):
    assert go(client).headers["Location"] == "/"
    member = Member.objects.get()
    assert (member.username, str(member), member.email) == ("ada-lovelace", "Ada Lovelace", "ada@example.org")
    assert client.session["_auth_user_id"] == str(member.pk)
    assert EmailAddress.objects.get().verified
    assert not member.has_usable_password()
    methods = Event.objects.order_by("id").values_list("name", "properties__method")
    assert list(methods) == [("signed_up", "company"), ("signed_in", "company")]


def test_the_second_time_it_is_the_same_member(provider, client):
    go(client)
    provider.person["name"] = "Countess of Lovelace"
    go(Client())
    assert Member.objects.get().display_name == "Ada Lovelace"


def test_a_taken_name_is_made_unique(provider, client, member_named):
    member_named("Ada-Lovelace")
    go(client)
    assert SocialAccount.objects.get().user.username == "ada-lovelace-2"


def test_the_name_that_the_provider_prefers_is_used_if_it_is_free_and_fit(provider, client):
    provider.person["preferred_username"] = "countess"
    go(client)
    provider.person |= {"sub": "43", "email": "other@example.org", "preferred_username": "admin"}
    go(Client())
    assert set(Member.objects.values_list("username", flat=True)) == {"countess", "ada-lovelace"}


def test_an_address_that_the_provider_has_not_verified_is_confirmed_by_letter(provider, client):
    provider.person["email_verified"] = False
    assert go(client).headers["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session
    assert mail.outbox[0].to == ["ada@example.org"]


def test_an_address_of_another_member_does_not_open_their_account(provider, client, alice):
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    provider.person["email"] = alice.email
    go(client)
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.exists()


def test_without_an_address_the_member_is_asked_for_one(provider, client):
    del provider.person["email"]
    response = go(client)
    assert response.headers["Location"] == "/accounts/3rdparty/signup/"
    assert 'name="email"' in client.get("/accounts/3rdparty/signup/").content.decode()
    client.post("/accounts/3rdparty/signup/", {"email": "ada@example.org", "username": "ada"})
    assert Member.objects.get().display_name == "Ada Lovelace"
    assert Event.objects.get(name="signed_up").properties == {"method": "company"}


def test_a_token_for_another_site_is_refused(provider, client):
    provider.audience = "somebody-else"
    assert "Login Failure" in go(client).content.decode()
    assert not Member.objects.exists()


def test_a_code_that_came_with_a_strangers_state_is_refused(provider, client):
    client.post("/accounts/oidc/company/login/")
    assert "Login Failure" in client.get("/accounts/oidc/company/login/callback/?code=code-0&state=x").content.decode()


def test_a_member_connects_an_account_to_their_own(provider, client_of, alice):
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    client = client_of(alice)
    go(client, process="connect")
    assert SocialAccount.objects.get().user == alice
    assert "Work" in client.get("/accounts/3rdparty/").content.decode()


@pytest.mark.parametrize(("name", "host"), [("github", "github.com"), ("google", "accounts.google.com")])
def test_github_and_google_are_asked_with_a_challenge_and_a_state(db, settings, client, name, host):
    app = {"client_id": "us", "secret": "x"}
    settings.SOCIALACCOUNT_PROVIDERS = {name: {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
    there = client.post(f"/accounts/{name}/login/").headers["Location"]
    assert there.startswith(f"https://{host}/")
    for part in ("client_id=us", "state=", "code_challenge=", "code_challenge_method=S256"):
        assert part in there
