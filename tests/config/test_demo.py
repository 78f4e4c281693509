import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command

from community.members.models import Member
from config import demo

pytestmark = pytest.mark.django_db


def test_the_logins_of_the_demo_can_sign_in(client):
    demo.make_logins()
    for username in demo.LOGINS:
        assert client.login(username=username, password=demo.PASSWORD)
        assert EmailAddress.objects.get(user__username=username).verified
    assert Member.objects.get(username="mod").is_moderator
    assert Member.objects.get(username="admin").is_superuser


def test_logins_that_exist_stay_as_they_are(member_named):
    alice = member_named("Alice")
    demo.make_logins()
    demo.make_logins()
    assert Member.objects.count() == len(demo.LOGINS)
    assert Member.objects.get(pk=alice.pk).check_password("wonderland-7")


def test_a_made_up_alice_is_handed_over_with_her_history():
    alice = Member.objects.create_user("alice")
    demo.make_logins()
    alice.refresh_from_db()
    assert alice.check_password(demo.PASSWORD)
    assert alice.email == "alice@example.org"


def test_nobody_signs_in_as_an_imported_alice():
    alice = Member.objects.create_user("alice", imported_from="there", imported_id=1)
    logins = {login.email: login for login in demo.make_logins()}
    assert logins["alice@example.org"].pk != alice.pk
    assert demo.make_logins() == list(logins.values())


def test_the_greeting_names_who_may_not_vote_yet():
    told = demo.greeting(8000, demo.make_logins())
    assert "sign in   admin, mod, alice, bob (password: flywheel-demo)" in told
    assert "without the points to vote: alice, bob" in told


def test_an_empty_site_gets_made_up_content_or_the_dump():
    always = [("draft_experiments",), ("push_keys",), ("begin_campaigns",)]
    assert [work.command for work in demo.missing_content("")] == [("generate_community",), *always]
    assert [work.command for work in demo.missing_content("there")] == [("import_stackexchange", "there"), *always]


def test_a_dump_is_imported_once_and_experiments_are_drafted_once(member_named):
    member_named("iris", imported_from="there", imported_id=1)
    call_command("draft_experiments")
    call_command("push_keys")
    call_command("begin_campaigns")
    assert demo.missing_content("there") == []
