import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.core import mail

from community.members.models import Member

LIST = "/admin/members/member/"


@pytest.fixture
def staff(client_of, admin):
    return client_of(admin)


def test_members_are_found_by_the_beginning_of_their_name_or_by_their_address(staff, alice, bob):
    for query, found, other in [("ALI", "alice@", "bob@"), ("Bob@Example.org", "bob@", "alice@")]:
        html = staff.get(LIST, {"q": query}).content.decode()
        assert found in html
        assert other not in html


def test_the_list_costs_the_same_with_more_members(staff, member_named, django_assert_max_num_queries):
    for number in range(30):
        member_named(f"member{number}")
    with django_assert_max_num_queries(8):
        assert staff.get(LIST).status_code == 200


def test_points_are_read_only_and_lead_to_the_ledger(staff, alice):
    html = staff.get(f"{LIST}{alice.pk}/change/").content.decode()
    assert "/members/alice/points/" in html
    assert 'name="points' not in html


def test_saving_a_member_does_not_move_their_balance(staff, alice, admin):
    form = {"username": "alice", "email": "alice@example.org", "display_name": "Alice L", "bio": "*Hello*"}
    addresses = {f"emailaddress_set-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    Member.objects.filter(pk=alice.pk).update(points_total=40)
    assert staff.post(f"{LIST}{alice.pk}/change/", form | addresses | {"is_active": "on"}).status_code == 302
    alice.refresh_from_db()
    assert (alice.display_name, alice.points) == ("Alice L", 40)
    assert "<em>Hello</em>" in alice.bio_html


def test_an_imported_member_is_given_an_address_and_a_link_to_claim_the_account(staff, member_named):
    ghost = Member.objects.create(username="ghost", imported_from="se", imported_id=7)
    addresses = {f"emailaddress_set-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    form = {"username": "ghost", "email": "Ghost@example.org", "is_active": "on"}
    staff.post(f"{LIST}{ghost.pk}/change/", form | addresses)
    assert EmailAddress.objects.get(user=ghost).verified
    staff.post(LIST, {"action": "send_password_link", "_selected_action": [ghost.pk]})
    assert mail.outbox[0].to == ["ghost@example.org"]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_a_member_is_never_deleted_here(staff, alice):
    assert staff.post(f"{LIST}{alice.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_member_made_here_may_sign_in_at_once(staff, client):
    form = {"username": "dora", "email": "Dora@example.org", "usable_password": "true"}
    passwords = {"password1": "looking-glass-8", "password2": "looking-glass-8"}
    assert staff.post(f"{LIST}add/", form | passwords).status_code == 302
    response = client.post("/accounts/login/", {"login": "dora@example.org", "password": "looking-glass-8"})
    assert response.headers["Location"] == "/"


def test_an_address_that_another_member_confirmed_is_refused(staff, alice, bob):
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    addresses = {f"emailaddress_set-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    form = {"username": "alice", "email": "BOB@example.org", "is_active": "on"}
    html = staff.post(f"{LIST}{alice.pk}/change/", form | addresses).content.decode()
    assert "Another member has confirmed this address." in html


@pytest.fixture
def helper(client_of, member_named):
    """Staff who may change members and groups."""
    made = member_named("helper", is_staff=True)
    allowed = Permission.objects.filter(codename__in=["change_member", "view_member", "change_group", "view_group"])
    made.user_permissions.set(allowed)
    return client_of(made)


def test_staff_do_not_take_over_a_moderator(helper, mod, alice):
    passwords = {"password1": "looking-glass-8", "password2": "looking-glass-8", "usable_password": "true"}
    assert helper.post(f"{LIST}{mod.pk}/change/", {"username": "mod", "email": "me@example.org"}).status_code == 403
    assert helper.post(f"{LIST}{mod.pk}/password/", passwords).status_code == 403
    assert helper.post(f"{LIST}{alice.pk}/password/", passwords).status_code == 302


def test_staff_give_their_group_no_permissions(helper, staff):
    group = Group.objects.create(name="Helpers")
    given = {"name": "Helpers", "permissions": [Permission.objects.get(codename="delete_topic").pk]}
    path = f"/admin/auth/group/{group.pk}/change/"
    assert helper.post(path, given).status_code == 403
    assert not group.permissions.exists()
    assert staff.post(path, given).status_code == 302
    assert group.permissions.exists()


def test_the_form_makes_no_moderators(staff, alice, mod):
    addresses = {f"emailaddress_set-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    form = {"username": "alice", "email": "alice@example.org", "is_active": "on", "is_moderator": "on"}
    assert staff.post(f"{LIST}{alice.pk}/change/", form | addresses).status_code == 302
    form = {"username": "mod", "email": "mod@example.org", "is_active": "on"}
    assert staff.post(f"{LIST}{mod.pk}/change/", form | addresses).status_code == 302
    assert list(Member.objects.filter(is_moderator=True)) == [mod]
