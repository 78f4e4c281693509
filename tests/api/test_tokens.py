"""Personal tokens: what they open, what is kept of them, how they end."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.response import Response
from rest_framework.views import APIView

from community.api import scopes, tokens
from community.api.authentication import BearerAuthentication
from community.api.models import Token
from community.api.permissions import HasScope
from community.forum.denied import Denied
from community.forum.exporting import export
from community.forum.leaving import leave
from tests.api.entering import proved

NEW = "/settings/programs/tokens/new/"
FORM = {"name": "backup", "scopes": ["read", "write:votes"], "days": "90"}


class Echo(APIView):
    """Says who is asking."""

    authentication_classes = [BearerAuthentication, SessionAuthentication]
    permission_classes = [HasScope]
    required_scopes = {"GET": scopes.READ, "POST": scopes.POSTS}

    def get(self, request):
        return Response(request.user.username)

    post = delete = get


def call(secret: str, *, method: str = "get", header: str = "Bearer {}"):
    request = getattr(RequestFactory(), method)("/echo", headers={"Authorization": header.format(secret)})
    return Echo.as_view()(request)


@pytest.fixture
def made(alice):
    return tokens.create(alice, name="backup", scopes=[scopes.READ])


def test_a_token_speaks_for_its_member(made):
    response = call(made[1])
    assert (response.status_code, response.data) == (200, "alice")


def test_the_word_bearer_is_written_as_one_likes(made):
    assert call(made[1], header="bearer {}").status_code == 200


def test_the_secret_is_nowhere_in_the_database(made):
    token, secret = made
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_token::text FROM api_token")
        (row,) = cursor.fetchone()
    assert secret not in row
    assert secret[tokens.SHOWN :] not in row
    assert secret.startswith(token.prefix)
    assert len(token.prefix) == 12


def test_two_tokens_are_never_alike(made, alice):
    assert tokens.create(alice, name="backup", scopes=[scopes.READ])[1] != made[1]


@pytest.mark.parametrize(
    "wrong", ["", "fwp_", "fwp_" + "0" * 64, "fwp_" + "G" * 64, "\u00e9", "x" * 5000, "fwp_ " + "0" * 63, "a b"]
)
def test_what_is_no_token_is_401_and_says_how_to_come_in(made, wrong):
    response = call(wrong)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_an_expired_token_is_401(made, time_machine):
    now = timezone.now()
    _token, secret = tokens.create(made[0].member, name="short", scopes=["read"], expires_at=now + timedelta(days=30))
    time_machine.move_to(now + timedelta(days=30, seconds=-5), tick=False)
    assert call(secret).status_code == 200
    time_machine.move_to(now + timedelta(days=30), tick=False)
    assert call(secret).status_code == 401


def test_a_revoked_token_is_401_and_is_revoked_once(made):
    token, secret = made
    assert tokens.revoke(token) is True
    assert tokens.revoke(token) is False
    assert call(secret).status_code == 401


def test_a_token_ends_with_its_members_account(made, alice):
    alice.is_active = False
    alice.save()
    assert call(made[1]).status_code == 401


def test_a_suspended_member_still_reads(made, alice):
    alice.suspended_until = timezone.now() + timedelta(days=1)
    alice.save()
    assert call(made[1]).status_code == 200


def test_a_missing_scope_is_403_and_is_named(made):
    response = call(made[1], method="post")
    assert response.status_code == 403
    assert "write:posts" in response.content.decode()
    assert response["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="write:posts"'


def test_head_needs_what_get_does(alice):
    _token, secret = tokens.create(alice, name="w", scopes=[scopes.POSTS])
    assert call(secret, method="head").status_code == 403
    assert call(secret, method="post").status_code == 200


def test_a_method_without_a_scope_is_never_open(made):
    with pytest.raises(KeyError):
        call(made[1], method="delete")


def test_use_is_noted_once_a_minute(made, time_machine, django_assert_num_queries):
    token, secret = made
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    call(secret)
    for seconds, noted in [(59, start), (61, start + timedelta(seconds=61))]:
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        with django_assert_num_queries(1 if noted == start else 2):
            call(secret)
        token.refresh_from_db()
        assert token.last_used_at == noted


def test_scopes_are_those_that_there_are(alice):
    with pytest.raises(ValueError, match="write:everything"):
        tokens.create(alice, name="x", scopes=["read", "write:everything"])


def test_the_database_refuses_a_token_without_scopes_or_dead_at_birth(alice):
    for fields in ({"scopes": []}, {"scopes": ["read"], "expires_at": timezone.now() - timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Token.objects.create(member=alice, name="x", digest="0", prefix="fwp_", **fields)


def test_a_member_has_twenty_tokens_at_most_and_dead_ones_do_not_count(made, alice):
    for number in range(tokens.MOST - 1):
        last, _secret = tokens.create(alice, name=str(number), scopes=["read"])
    with pytest.raises(Denied, match="20"):
        tokens.create(alice, name="more", scopes=["read"])
    tokens.revoke(last)
    tokens.create(alice, name="more", scopes=["read"])


def test_a_session_has_all_scopes_but_writes_with_csrf_only(alice):
    request = RequestFactory().get("/echo")
    request.user = alice
    assert Echo.as_view()(request).status_code == 200
    request = RequestFactory(enforce_csrf_checks=True).post("/echo")
    request.user = alice
    assert Echo.as_view()(request).status_code == 403


# The pages


def test_making_a_token_asks_for_the_password_again(client_of, alice):
    response = client_of(alice).get(NEW)
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")


def test_the_secret_is_shown_once(alice):
    mine = proved(alice)
    page = mine.post(NEW, FORM)
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert call(secret).data == "alice"
    overview = mine.get("/settings/programs/").content.decode()
    assert secret not in overview
    assert secret[: tokens.SHOWN] in overview


def test_a_token_has_the_scopes_and_the_days_that_were_asked_for(alice, time_machine):
    mine = proved(alice)
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    mine.post(NEW, FORM)
    mine.post(NEW, FORM | {"days": ""})
    first, second = Token.objects.order_by("pk")
    assert (first.scopes, first.expires_at) == (["read", "write:votes"], now + timedelta(days=90))
    assert second.expires_at is None


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["admin"]}, {"days": "9999"}])
def test_a_bad_form_makes_no_token(alice, wrong):
    assert proved(alice).post(NEW, FORM | wrong).status_code == 200
    assert not Token.objects.exists()


def test_one_token_too_many_is_said_in_the_form(alice):
    for number in range(tokens.MOST):
        tokens.create(alice, name=str(number), scopes=["read"])
    page = proved(alice).post(NEW, FORM)
    assert "You have 20 tokens" in page.content.decode()
    assert 'value="backup"' in page.content.decode()


def test_its_owner_is_told_of_a_new_token_by_letter(alice):
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    secret = proved(alice).post(NEW, FORM).context["secret"]
    (letter,) = mail.outbox
    assert letter.to == [alice.email]
    assert "backup" in letter.body
    assert secret not in letter.body


def test_making_tokens_is_limited(alice, settings):
    mine = proved(alice)
    settings.RATE_LIMITS = True
    codes = []
    for _number in range(12):
        codes.append(mine.post(NEW, FORM).status_code)
        Token.objects.all().delete()
    assert codes == [200] * 10 + [429] * 2


def test_a_token_is_revoked_on_the_page_by_its_owner_alone(made, client_of, alice, bob):
    path = f"/settings/programs/tokens/{made[0].pk}/revoke/"
    assert client_of(bob).post(path).status_code == 404
    assert client_of(alice).get(path).status_code == 405
    assert call(made[1]).status_code == 200
    assert client_of(alice).post(path).status_code == 302
    assert call(made[1]).status_code == 401
    assert made[0].prefix not in client_of(alice).get("/settings/programs/").content.decode()


def test_the_overview_costs_the_same_with_more_tokens(client_of, alice, django_assert_max_num_queries):
    for number in range(tokens.MOST):
        tokens.create(alice, name=str(number), scopes=["read"])
    mine = client_of(alice)
    with django_assert_max_num_queries(6):
        assert mine.get("/settings/programs/").status_code == 200


# With the member's data


def test_tokens_go_when_the_member_leaves(made, alice):
    leave(alice)
    assert not Token.objects.exists()
    assert call(made[1]).status_code == 401


def test_the_export_lists_tokens_without_their_secrets(made, alice):
    (listed,) = export(alice)["programs"]["tokens"]
    assert (listed["name"], listed["scopes"]) == ("backup", ["read"])
    assert made[0].digest not in str(export(alice))


# The admin


def test_admins_find_and_revoke_tokens_but_make_none(made, client_of, admin):
    staff, path = client_of(admin), "/admin/api/token/"
    assert made[0].prefix in staff.get(path, {"q": "ali"}).content.decode()
    assert made[0].prefix not in staff.get(path, {"q": "bob"}).content.decode()
    with CaptureQueriesContext(connection) as asked:
        assert list(staff.get(path, {"q": made[0].prefix}).context["cl"].result_list) == [made[0]]
    assert not [query for query in asked.captured_queries if "UPPER" in query["sql"]]
    assert staff.get(f"{path}add/").status_code == 403
    staff.post(path, {"action": "revoke", "_selected_action": [made[0].pk]})
    assert call(made[1]).status_code == 401


def test_the_admins_list_costs_the_same_with_more_tokens(client_of, admin, member_named, django_assert_max_num_queries):
    for number in range(30):
        tokens.create(member_named(f"m{number}"), name="x", scopes=["read"])
    staff = client_of(admin)
    with django_assert_max_num_queries(8):
        assert staff.get("/admin/api/token/").status_code == 200
