"""What attackers try on the way of OAuth: other addresses, replays, guesses, grants that we do not give."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from oauth2_provider.models import Application, Grant

from tests.api.party import CHALLENGE, VERIFIER, Party, call, register, returned


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example.org/back?lang=en",
        "https://app.example.org.evil.org/back?lang=en",
        "https://app.example.org@evil.org/back?lang=en",
        "https://app.example.org/back/../evil?lang=en",
        "https://app.example.org/back?lang=en&next=https://evil.org",
        "https://app.example.org/back",
        "https://app.example.org/back?lang=en#x",
        "https://app.example.org:444/back?lang=en",
        "http://app.example.org/back?lang=en",
        "javascript:alert(1)",
        "//evil.example.org/back",
        "/back",
        "https://[bad",
    ],
)
def test_nobody_is_sent_elsewhere_than_was_registered(party, place):
    assert party.ask(redirect_uri=place).status_code == 400
    tampered = party.answer(party.ask(), redirect_uri=place)
    assert tampered.status_code == 400
    party.browser.logout()
    asked = party.ask(redirect_uri=place, prompt="none")
    assert asked.status_code == 400 or asked["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "changed", [{"client_id": "nobody"}, {"client_id": "\u6f22" * 300}, {"client_id": ""}, {"redirect_uri": ""}]
)
def test_a_question_of_nobody_known_is_answered_with_a_page(party, changed):
    response = party.ask(**changed)
    assert response.status_code in (200, 400)
    assert "app.example.org" not in response.get("Location", "")
    assert party.answer(party.ask(), **({"client_id": "x"} | changed)).status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain", "code_challenge": VERIFIER}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"scope": "read admin"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unauthorized_client"),
    ],
)
def test_unsafe_questions_are_sent_back(party, changed, error):
    page = party.ask(**changed)
    response = page if page.status_code == 302 else party.answer(page)
    assert returned(response)["error"] == error
    assert not Grant.objects.exists()


def test_a_consent_that_is_tampered_with_is_checked_again(party):
    assert returned(party.answer(party.ask(), scope="read admin"))["error"] == "invalid_scope"
    assert returned(party.answer(party.ask(), code_challenge=""))["error"] == "invalid_request"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "w" * 60},
        {"code_verifier": ""},
        {"code_verifier": CHALLENGE},
        {"redirect_uri": "https://app.example.org/other"},
        {"redirect_uri": ""},
    ],
)
def test_a_code_is_of_no_use_without_its_verifier_and_address(party, wrong):
    response = party.redeem(party.code(), **wrong)
    assert response.status_code == 400
    assert "access_token" not in response.json()


@pytest.mark.parametrize("secret", ["", "guess", "\u00e9"])
def test_a_wrong_client_secret_is_401(party, secret):
    response = party.redeem(party.code(), client_secret=secret)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_a_code_is_redeemed_once(party):
    code = party.code()
    assert party.redeem(code).status_code == 200
    assert party.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_ends_after_a_minute(party, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    code = party.code()
    time_machine.move_to(now + timedelta(seconds=61), tick=False)
    assert party.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_is_of_no_use_to_another_application(party, carol):
    thief = Party(party.browser, *register(carol))
    assert thief.redeem(party.code()).json()["error"] == "invalid_grant"


def test_a_refresh_token_is_of_no_use_to_another_application(party, carol):
    thief = Party(party.browser, *register(carol))
    assert thief.refresh(party.enter()["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "grant",
    [
        {"grant_type": "password", "username": "alice", "password": "wonderland-7"},
        {"grant_type": "client_credentials"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
        {"grant_type": "nonsense"},
        {},
    ],
)
@pytest.mark.parametrize("registered", ["authorization-code", "password", "client-credentials"])
def test_no_other_grant_is_known_whatever_the_row_says(party, grant, registered):
    Application.objects.update(authorization_grant_type=registered)
    response = party.token(**grant)
    assert response.status_code == 400
    assert response.json()["error"] in ("unsupported_grant_type", "unauthorized_client")


def test_a_token_in_the_address_is_not_looked_at(party):
    token = party.enter()["access_token"]
    assert call("", path=f"/echo?access_token={token}").status_code == 401


def test_a_token_for_another_place_is_refused_here(party):
    elsewhere = party.redeem(party.code(resource="https://other.example.org/"))
    assert call(elsewhere.json()["access_token"]).status_code == 401


def test_asking_for_tokens_is_limited_by_address(party, settings):
    settings.RATE_LIMITS = True
    codes = [party.redeem("nonsense").status_code for _number in range(61)]
    assert codes == [400] * 60 + [429]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_redeem_a_code_at_once_one_gets_a_token(party):
    code, got = party.code(), []

    def redeem() -> None:
        try:
            got.append(party.redeem(code).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=redeem) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [200, 400, 400, 400]
