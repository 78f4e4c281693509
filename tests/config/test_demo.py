import pytest
from allauth.account.models import EmailAddress

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


def test_an_empty_site_gets_made_up_content_or_the_dump():
    assert [work.command for work in demo.missing_content("")] == [("generate_community",)]
    assert [work.command for work in demo.missing_content("there")] == [("import_stackexchange", "there")]


def test_a_dump_is_imported_once(member_named):
    member_named("iris", imported_from="there", imported_id=1)
    assert demo.missing_content("there") == []
