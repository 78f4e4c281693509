"""OAuth applications: who registers what, where they may lead, and how admins end them."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from oauth2_provider.models import Application, RefreshToken

from community.api.programs import applications, redirects
from community.forum.denied import Denied
from community.members.models import Member
from tests.api.entering import proved
from tests.api.party import BACK, call, register


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
    assert told["scopes_supported"] == [
        *(
            "analytics:read",
            "campaigns:write",
            "read",
            "segments:write",
            "write:devices",
            "write:events",
            "write:flags",
        ),
        *("write:moderation", "write:posts", "write:reading", "write:votes"),
    ]
    assert "introspection_endpoint" not in told


def test_admins_end_what_an_application_may_do(party, client_of, admin):
    staff, token = client_of(admin), party.enter()["access_token"]
    path = "/admin/oauth2_provider/application/"
    for term in ("bob", "read", party.application.client_id):
        assert "Reader" in staff.get(path, {"q": term}).content.decode()
    assert "Reader" not in staff.get(path, {"q": "alice"}).content.decode()
    staff.post(path, {"action": "shut_out", "_selected_action": [party.application.pk]})
    assert call(token).status_code == 401


def test_admins_revoke_one_members_grant(party, client_of, admin):
    staff, token = client_of(admin), party.enter()["access_token"]
    path = "/admin/oauth2_provider/refreshtoken/"
    for term in ("alice", "read", party.application.client_id):
        assert staff.get(path, {"q": term}).context["cl"].result_count == 1
    assert staff.get(path, {"q": "bob"}).context["cl"].result_count == 0
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
