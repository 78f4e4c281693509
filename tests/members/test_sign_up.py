"""Signing up through the real pages: letter, link, first sign-in."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from community.members.models import Member
from events.models import Event

FORM = {"email": "Dora@Example.org", "username": "Dora", "password1": "wonderland-7"}


def link_in(letter: mail.EmailMessage) -> str:
    return re.search(r"http://testserver(/\S+)", letter.body)[1]


def sign_up(client: Client, **changes: str) -> object:
    return client.post("/accounts/signup/", FORM | changes)


def test_a_new_member_confirms_by_the_link_in_the_letter_and_signs_in(db, client):
    assert client.get("/accounts/signup/").status_code == 200
    assert sign_up(client).headers["Location"] == "/accounts/confirm-email/"
    link = link_in(mail.outbox[0])
    assert "Confirm" in client.get(link).content.decode()
    client.post(link)
    member = Member.objects.get()
    assert (member.username, member.email) == ("Dora", "dora@example.org")
    assert EmailAddress.objects.get().verified
    response = Client().post("/accounts/login/", {"login": "DORA", "password": FORM["password1"]})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_nobody_signs_in_before_the_address_is_confirmed(db, client):
    sign_up(client)
    response = client.post("/accounts/login/", {"login": "dora", "password": FORM["password1"]})
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session


def test_the_letter_names_the_site_as_its_settings_do(db, client, settings):
    sign_up(client)
    assert mail.outbox[0].subject.startswith("[Flywheel] ")
    assert settings.SITE_URL in mail.outbox[0].body
    assert "example.com" not in mail.outbox[0].body


def test_signing_up_is_recorded_with_its_method(db, client):
    sign_up(client)
    event = Event.objects.get(name="signed_up")
    assert (event.unit, event.properties) == (Member.objects.get().pk, {"method": "password"})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("username", "a b", "2 to 40 letters"),
        ("username", "x", "at least 2 characters"),
        ("username", "Admin", "kept for the site"),
        ("username", "former-12", "kept for the site"),
        ("username", "ALICE", "This name is taken."),
        ("email", "nowhere", "valid email"),
        ("password1", "12345", "too short"),
        ("password1", "dora@example.org", "too similar"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(alice, client, field, value, message):
    html = sign_up(client, **{field: value}).content.decode()
    error = re.search(rf'id="id_{field}_error"[^>]*>(.*?)</ul>', html, re.DOTALL)
    assert message in error[1]
    assert re.search(rf'<input[^>]*id="id_{field}"', html)[0].count('aria-invalid="true"') == 1
    kept = FORM["email"] if field != "email" else value
    assert f'value="{kept}"' in html
    assert Member.objects.count() == 1


def test_a_taken_address_is_not_given_away(alice, client):
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    response = sign_up(client, email="ALICE@example.org")
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert Member.objects.count() == 1
    assert "already" in mail.outbox[0].body


def test_a_name_in_another_script_is_welcome(db, client):
    sign_up(client, username="林知远")
    assert Member.objects.get().username == "林知远"


def test_signing_up_too_often_is_refused_for_a_while(db, client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    for number in range(2):
        sign_up(client, username=f"dora{number}", email=f"d{number}@example.org")
        client.logout()
    assert sign_up(client).status_code == 429


def test_a_letter_that_cannot_be_sent_does_not_break_signing_up(db, client, settings):
    settings.EMAIL_BACKEND = "tests.members.mailing.BrokenBackend"
    assert sign_up(client).status_code == 302
    assert "could not send an e-mail" in client.get("/accounts/confirm-email/").content.decode()
