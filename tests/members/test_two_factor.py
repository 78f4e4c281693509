"""An authenticator app, recovery codes, and what needs one's password again."""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from community.members.models import Member

PASSWORD = "wonderland-7"


@pytest.fixture
def alice(alice) -> Member:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return alice


def code(secret: str, *, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(client: Client):
    return client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})


def prove(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.fixture
def secret(alice, client) -> str:
    """Alice has switched on her app; the secret that it holds."""
    sign_in(client)
    prove(client)
    page = client.get("/accounts/2fa/totp/activate/")
    assert "data:image/svg" in page.content.decode()
    secret = page.context["form"].secret
    response = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert response.headers["Location"] == "/accounts/2fa/recovery-codes/"
    client.logout()
    return secret


def test_signing_in_takes_the_code_of_the_app_as_well(secret, client):
    assert sign_in(client).headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "Incorrect code" in wrong
    assert 'id="id_code_error"' in wrong
    client.post("/accounts/2fa/authenticate/", {"code": code(secret, later=1)})
    assert "_auth_user_id" in client.session


def test_a_recovery_code_opens_once(secret, client):
    one = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for signed_in in (True, False):
        client.logout()
        sign_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": one})
        assert ("_auth_user_id" in client.session) is signed_in


def test_recovery_codes_are_shown_and_downloaded(secret, client):
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code(secret, later=1)})
    prove(client)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert all(one in page for one in codes)
    assert client.get("/accounts/2fa/recovery-codes/download/").content.decode().split() == codes


def test_the_admins_door_sends_whoever_has_a_second_factor_to_the_sites(secret, client, alice):
    Member.objects.filter(pk=alice.pk).update(is_staff=True)
    html = client.post("/admin/login/", {"username": "alice", "password": PASSWORD}).content.decode()
    assert "second factor" in html
    assert "_auth_user_id" not in client.session


def test_a_wrong_code_does_not_switch_the_app_on(alice, client):
    sign_in(client)
    prove(client)
    client.get("/accounts/2fa/totp/activate/")
    assert "Incorrect code" in client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()


def test_a_session_without_a_password_confirms_itself_before_it_changes_ways_to_sign_in(alice, client_of):
    client = client_of(alice)
    response = client.get("/accounts/2fa/totp/activate/")
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
