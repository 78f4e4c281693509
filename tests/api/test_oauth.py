"""OAuth 2 from the first redirect to the last refresh, as a client sees it; and what attackers try on the way."""

import base64
import hashlib
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from community.api.programs import applications, redirects
from community.api.tasks import clear_oauth
from community.forum.denied import Denied
from community.forum.exporting import export
from community.forum.leaving import leave
from community.members.models import Member
from tests.api.entering import proved
from tests.api.test_tokens import Echo

BACK = "https://app.example.org/back?lang=en"
VERIFIER = "wonder-" * 8
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Party:
    """A client application, with the browser of the member who lets it in."""

    def __init__(self, browser: Client, application: Application, secret: str = "") -> None:
        self.browser, self.application, self.secret = browser, application, secret
        self.own = Client()

    def ask(self, **changed: object):
        """The consent page."""
        asked = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": BACK,
            "scope": "read write:posts",
            "state": "s-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changed
        return self.browser.get("/oauth/authorize/", {name: value for name, value in asked.items() if value})

    def answer(self, page, *, allow: bool = True, **changed: object):
        """Press one of its buttons."""
        form = {name: value for name, value in page.context["form"].initial.items() if value} | changed
        return self.browser.post("/oauth/authorize/", form | ({"allow": "on"} if allow else {}))

    def code(self, **changed: object) -> str:
        return returned(self.answer(self.ask(**changed)))["code"]

    def redeem(self, code: str, **changed: object):
        return self.token(**{"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | changed)

    def refresh(self, token: str):
        return self.token(grant_type="refresh_token", refresh_token=token)

    def token(self, **sent: object):
        who = {"client_id": self.application.client_id, "client_secret": self.secret, "code_verifier": VERIFIER}
        return self.own.post("/oauth/token/", who | sent)

    def enter(self) -> dict:
        response = self.redeem(self.code())
        assert response.status_code == 200, response.content
        return response.json()


def returned(response) -> dict[str, str]:
    """The parameters with which the browser is sent back to the application, and nowhere else."""
    assert response.status_code == 302
    place = urlsplit(response["Location"])
    assert (place.scheme, place.netloc, place.path) == ("https", "app.example.org", "/back")
    return {name: values[0] for name, values in parse_qs(place.query).items()}


def call(token: str, *, method: str = "get", path: str = "/echo"):
    request = getattr(RequestFactory(), method)(path, headers={"Authorization": f"Bearer {token}"})
    return Echo.as_view()(request)


def register(owner: Member, **changed: str) -> tuple[Application, str]:
    fields = {"name": "Reader", "client_type": "confidential", "redirect_uris": BACK} | changed
    return applications.register(owner, **fields)


@pytest.fixture
def party(client_of, alice, bob) -> Party:
    """Bob's application, and Alice at her browser."""
    return Party(client_of(alice), *register(bob))


def test_the_round_trip_gives_a_token_that_speaks_for_the_member_within_its_scopes(party):
    page = party.ask()
    html = page.content.decode()
    for said in ("Reader", "bob", "alice", "app.example.org", "Write, edit and delete your topics"):
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


# Attacks


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


# Applications


@pytest.mark.parametrize(
    "good",
    [BACK, "http://127.0.0.1:8123/x", "http://localhost/x", "http://[::1]:1/x", f"{BACK}\n{BACK}\nhttps://b.org"],
)
def test_addresses_that_are_safe_may_be_registered(good):
    assert redirects.check(good).split() == list(dict.fromkeys(good.split()))


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "app.example.org",
        "http://app.example.org/x",
        "http://localhost.evil.org/x",
        "http://127.0.0.1.evil.org/",
        "http://127.0.0.1@evil.org/",
        "https://",
        "https:///x",
        "https:/app.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "myapp://back",
        "https://app.org/#x",
        "https://*.app.org/x",
        "https://u:p@app.org/x",
        "https://app.org:port/",
        "https://[bad/",
        "https://app.org/\u202egro.live",
        "https://app.org/" + "x" * 500,
        " ".join(f"https://a{number}.org" for number in range(11)),
    ],
)
def test_other_addresses_may_not(bad):
    with pytest.raises(ValidationError):
        redirects.check(bad)


FORM = {"name": "Reader", "client_type": "confidential", "redirect_uris": f"{BACK}\nhttp://127.0.0.1/x"}
NEW = "/settings/programs/applications/new/"


def test_a_member_registers_an_application_and_sees_its_secret_once(bob):
    mine = proved(bob)
    page = mine.post(NEW, FORM)
    secret, application = page.context["secret"], Application.objects.get()
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert application.redirect_uris == f"{BACK} http://127.0.0.1/x"
    later = mine.get(f"/settings/programs/applications/{application.pk}/").content.decode()
    assert secret not in later
    assert application.client_id in later


def test_what_is_refused_keeps_what_was_typed(bob):
    page = proved(bob).post(NEW, FORM | {"redirect_uris": "http://evil.org/x"}).content.decode()
    assert "http://evil.org/x</textarea>" in page
    assert "must begin with https://" in page
    assert not Application.objects.exists()


def test_a_name_is_of_visible_characters(bob):
    proved(bob).post(NEW, FORM | {"name": "Fly\u202ewheel"})
    assert not Application.objects.exists()


def test_a_new_secret_puts_the_old_one_out_of_use(party, bob):
    page = proved(bob).post(f"/settings/programs/applications/{party.application.pk}/secret/")
    assert party.redeem(party.code()).status_code == 401
    party.secret = page.context["secret"]
    assert party.redeem(party.code()).status_code == 200


def test_an_owner_changes_and_deletes_an_application(party, client_of, bob):
    given = party.enter()
    path = f"/settings/programs/applications/{party.application.pk}/"
    client_of(bob).post(path, {"name": "Reader 2", "redirect_uris": "https://b.org/"})
    party.application.refresh_from_db()
    assert (party.application.name, party.application.redirect_uris) == ("Reader 2", "https://b.org/")
    assert party.ask().status_code == 400
    client_of(bob).post(f"{path}delete/")
    assert call(given["access_token"]).status_code == 401
    assert not Application.objects.exists()


def test_nobody_else_sees_or_touches_it(party, alice, client_of):
    path = f"/settings/programs/applications/{party.application.pk}/"
    assert client_of(alice).get(path).status_code == 404
    for act in ("", "delete/"):
        assert client_of(alice).post(path + act, FORM).status_code == 404
    assert proved(alice).post(f"{path}secret/").status_code == 404


def test_a_member_has_ten_applications_at_most(bob):
    for _number in range(applications.MOST):
        register(bob)
    with pytest.raises(Denied, match="10"):
        register(bob)


def test_a_suspended_member_registers_none(bob):
    Member.objects.filter(pk=bob.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied, match="suspended"):
        register(bob)


# For programs and for admins


def test_the_metadata_says_what_there_is_and_nothing_more(client):
    told = client.get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == "http://localhost:8000"
    assert urlsplit(told["authorization_endpoint"]).path == "/oauth/authorize/"
    assert urlsplit(told["token_endpoint"]).path == "/oauth/token/"
    assert urlsplit(told["revocation_endpoint"]).path == "/oauth/revoke/"
    assert told["response_types_supported"] == ["code"]
    assert told["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["scopes_supported"] == ["read", "write:flags", "write:posts", "write:reading", "write:votes"]
    assert "introspection_endpoint" not in told


def test_admins_end_what_an_application_may_do(party, client_of, admin):
    staff, token = client_of(admin), party.enter()["access_token"]
    path = "/admin/oauth2_provider/application/"
    assert "Reader" in staff.get(path, {"q": "bob"}).content.decode()
    staff.post(path, {"action": "shut_out", "_selected_action": [party.application.pk]})
    assert call(token).status_code == 401


def test_admins_revoke_one_members_grant(party, client_of, admin):
    staff, token = client_of(admin), party.enter()["access_token"]
    path = "/admin/oauth2_provider/refreshtoken/"
    assert "alice" in staff.get(path).content.decode()
    staff.post(path, {"action": "withdraw", "_selected_action": [RefreshToken.objects.get().pk]})
    assert call(token).status_code == 401


def test_admins_edit_an_application_by_the_same_rules(party, client_of, admin):
    path = f"/admin/oauth2_provider/application/{party.application.pk}/change/"
    client_of(admin).post(path, {"name": "Reader", "redirect_uris": "http://evil.org/"})
    party.application.refresh_from_db()
    assert party.application.redirect_uris == BACK
    client_of(admin).post(path, {"name": "Reader 3", "redirect_uris": "https://b.org/"})
    party.application.refresh_from_db()
    assert (party.application.name, party.application.redirect_uris) == ("Reader 3", "https://b.org/")
