"""Signing in and out, and finding one's way back in."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from community.members.models import Member
from events.models import Event
from tests.members.test_sign_up import link_in


@pytest.fixture
def alice(alice) -> Member:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return alice


def sign_in(client, login: str, password: str = "wonderland-7"):
    return client.post("/accounts/login/?next=/members/", {"login": login, "password": password, "next": "/members/"})


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org", "Alice@Example.ORG"])
def test_a_member_signs_in_by_name_or_address_in_any_case(alice, client, login):
    assert sign_in(client, login).headers["Location"] == "/members/"
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_wrong_password_is_said_and_the_name_is_kept(alice, client):
    html = sign_in(client, "alice", "looking-glass").content.decode()
    assert "not correct" in html
    assert 'value="alice"' in html


def test_nobody_is_sent_to_another_site_after_signing_in(alice, client):
    path = "/accounts/login/"
    response = client.post(path, {"login": "alice", "password": "wonderland-7", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"


def test_signing_in_is_recorded_with_its_method(alice, client):
    sign_in(client, "alice")
    event = Event.objects.get(name="signed_in")
    assert (event.unit, event.properties) == (alice.pk, {"method": "password"})


def test_signing_out_takes_a_post(alice, client):
    sign_in(client, "alice")
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_set_anew_by_the_link_in_the_letter(alice, client):
    client.post("/accounts/password/reset/", {"email": "Alice@example.org"})
    form = client.get(link_in(mail.outbox[0]), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "looking-glass-8", "password2": "looking-glass-8"})
    assert sign_in(client, "alice", "looking-glass-8").status_code == 302


def test_an_unknown_address_gets_the_same_answer_as_a_known_one(alice, client):
    known = client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert known.headers["Location"] == unknown.headers["Location"]


def test_a_changed_password_is_told_by_letter(alice, client):
    sign_in(client, "alice")
    form = {"oldpassword": "wonderland-7", "password1": "looking-glass-8", "password2": "looking-glass-8"}
    client.post("/accounts/password/change/", form)
    assert "password" in mail.outbox[0].subject.lower()


def test_the_admins_door_keeps_the_limit_on_guessing(admin, client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/key"}
    for _attempt in range(3):
        html = client.post("/admin/login/", {"username": "admin", "password": "guess"}).content.decode()
    assert "Too many failed" in html
    settings.ACCOUNT_RATE_LIMITS = False
    client.post("/admin/login/", {"username": "admin", "password": "wonderland-7"})
    assert client.session["_auth_user_id"] == str(admin.pk)


def test_the_admins_door_is_for_staff(alice, client):
    assert (
        "staff account"
        in client.post("/admin/login/", {"username": "alice", "password": "wonderland-7"}).content.decode()
    )


def test_whoever_runs_createsuperuser_need_not_prove_the_address(admin, client):
    assert sign_in(client, "admin").headers["Location"] == "/members/"


def test_guessing_passwords_is_slowed_down(alice, client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/key"}
    for _attempt in range(3):
        html = sign_in(client, "alice", "guess").content.decode()
    assert "Too many failed" in html
    assert "Too many failed" in sign_in(client, "alice").content.decode()
