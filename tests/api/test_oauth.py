"""OAuth 2 from the first redirect to the last refresh, and every way in which it ends."""

import base64
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from community.api.programs import applications
from community.api.tasks import clear_oauth
from community.forum.exporting import export
from community.forum.leaving import leave
from community.members.models import Member
from tests.api.party import BACK, VERIFIER, Party, call, register, returned


def test_the_round_trip_gives_a_token_that_speaks_for_the_member_within_its_scopes(party):
    page = party.ask()
    html = page.content.decode()
    for said in ("Reader", "bob", "alice", "app.example.org", "Write topics, answers and comments"):
        assert said in html
    back = returned(party.answer(page))
    assert (back["state"], back["lang"], back["iss"]) == ("s-1", "en", "http://localhost:8000")
    given = party.redeem(back["code"]).json()
    assert (given["token_type"], given["scope"], given["expires_in"]) == ("Bearer", "read write:posts", 3600)
    assert call(given["access_token"]).data == "alice"
    assert call(given["access_token"], method="post").status_code == 200


def test_a_scope_that_was_not_asked_for_is_not_given(party):
    given = party.redeem(party.code(scope="read")).json()
    response = call(given["access_token"], method="post")
    assert (response.status_code, b"write:posts" in response.content) == (403, True)


def test_who_asks_for_no_scope_may_read(party):
    assert party.redeem(party.code(scope="")).json()["scope"] == "read"


def test_a_public_application_needs_no_secret(client_of, alice, bob):
    public = Party(client_of(alice), register(bob, client_type="public")[0])
    assert call(public.enter()["access_token"]).data == "alice"


def test_basic_authentication_of_the_client_works_too(party):
    pair = f"{party.application.client_id}:{party.secret}".encode()
    header = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    sent = {"grant_type": "authorization_code", "code": party.code(), "redirect_uri": BACK, "code_verifier": VERIFIER}
    assert party.own.post("/oauth/token/", sent, headers=header).status_code == 200


def test_a_member_who_says_no_gives_nothing(party):
    back = returned(party.answer(party.ask(), allow=False))
    assert (back["error"], back["state"]) == ("access_denied", "s-1")
    assert not Grant.objects.exists()


def test_a_visitor_signs_in_first_and_comes_back_to_the_question(party):
    party.browser.logout()
    response = party.ask()
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/oauth/authorize/")


def test_consent_is_asked_for_each_time(party):
    party.enter()
    assert party.ask(approval_prompt="auto").status_code == 200


def test_consent_needs_csrf(party, alice):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    form = {name: value for name, value in party.ask().context["form"].initial.items() if value}
    assert strict.post("/oauth/authorize/", form | {"allow": "on"}).status_code == 403


# At rest


def test_tokens_and_secrets_are_kept_as_hashes(party):
    given = party.enter()
    with connection.cursor() as cursor:
        rows = []
        for table in ("accesstoken", "refreshtoken", "application", "grant"):
            cursor.execute(f"SELECT t::text FROM oauth2_provider_{table} t")
            rows += [row for (row,) in cursor.fetchall()]
    assert len(rows) == 3
    for secret in (given["access_token"], given["refresh_token"], party.secret):
        assert not any(secret in row for row in rows)


# Ends


def test_an_access_token_ends_after_an_hour(party, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    token = party.enter()["access_token"]
    time_machine.move_to(now + timedelta(minutes=59), tick=False)
    assert call(token).status_code == 200
    time_machine.move_to(now + timedelta(minutes=60), tick=False)
    response = call(token)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_refresh_token_is_good_for_90_days_after_its_access_token(party, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    first = party.enter()["refresh_token"]
    time_machine.move_to(now + timedelta(days=90), tick=False)
    second = party.refresh(first).json()["refresh_token"]
    time_machine.move_to(now + timedelta(days=181), tick=False)
    assert party.refresh(second).json()["error"] == "invalid_grant"


def test_refreshing_rotates_both_tokens(party):
    first = party.enter()
    second = party.refresh(first["refresh_token"]).json()
    assert call(first["access_token"]).status_code == 401
    assert call(second["access_token"]).data == "alice"
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == "read write:posts"


def test_a_replayed_refresh_token_ends_the_whole_family(party):
    first = party.enter()
    second = party.refresh(first["refresh_token"]).json()
    assert party.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert call(second["access_token"]).status_code == 401
    assert party.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_application_gives_its_token_back(party):
    given = party.enter()
    who = {"client_id": party.application.client_id, "client_secret": party.secret}
    assert party.own.post("/oauth/revoke/", who | {"token": given["access_token"]}).status_code == 200
    assert call(given["access_token"]).status_code == 401
    assert party.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"


def test_nobody_can_give_back_anothers_token(party, carol):
    token = party.enter()["access_token"]
    other, secret = register(carol)
    sent = {"client_id": other.client_id, "client_secret": secret, "token": token}
    assert party.own.post("/oauth/revoke/", sent).status_code == 200
    assert call(token).status_code == 200


def test_a_member_shuts_an_application_out(party, carol, client_of):
    given = party.enter()
    theirs = Party(client_of(carol), party.application, party.secret).enter()
    page = party.browser.get("/settings/programs/")
    assert [guest.application for guest in page.context["guests"]] == [party.application]
    party.browser.post(f"/settings/programs/guests/{party.application.pk}/shut-out/")
    assert call(given["access_token"]).status_code == 401
    assert party.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.browser.get("/settings/programs/").context["guests"] == []
    assert call(theirs["access_token"]).data == "carol"


def test_an_application_that_was_not_let_in_is_not_told_of(party, carol, client_of):
    party.enter()
    answer = client_of(carol).post(f"/settings/programs/guests/{party.application.pk}/shut-out/", follow=True)
    assert (answer.status_code, "Reader" in answer.content.decode()) == (404, False)


def test_a_code_under_way_is_shut_out_too(party, alice):
    code = party.code()
    applications.shut_out(party.application, member=alice)
    assert party.redeem(code).json()["error"] == "invalid_grant"


def test_a_closed_account_ends_what_it_let_in_and_what_it_registered(party, alice, bob):
    given = party.enter()
    Member.objects.filter(pk=alice.pk).update(is_active=False)
    assert call(given["access_token"]).status_code == 401
    Member.objects.filter(pk=alice.pk).update(is_active=True)
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    assert call(given["access_token"]).status_code == 401
    assert party.refresh(given["refresh_token"]).status_code == 401
    assert party.ask().status_code == 400


def test_leaving_takes_everything_along(party, alice, bob):
    given = party.enter()
    leave(alice)
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.exists()
    assert call(given["access_token"]).status_code == 401
    leave(bob)
    assert not Application.objects.exists()


def test_the_export_says_what_was_let_in_and_registered(party, alice, bob):
    given = party.enter()
    assert export(alice)["programs"]["let_in"] == [{"name": "Reader", "scopes": ["read", "write:posts"]}]
    (registered,) = export(bob)["programs"]["applications"]
    assert registered["redirect_uris"] == BACK
    assert "client_secret" not in registered
    assert given["access_token"] not in str(export(alice))


def test_what_has_had_its_day_is_swept(party, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    party.refresh(party.enter()["refresh_token"])
    party.code()
    time_machine.move_to(now + timedelta(days=92), tick=False)
    clear_oauth()
    assert [model.objects.count() for model in (Grant, AccessToken, RefreshToken)] == [0, 0, 0]
