import pytest
from django.contrib.auth.models import AnonymousUser

from community.points import privileges
from community.points.models import Privilege


@pytest.fixture
def rich(member_named, give):
    """A member with 61 points."""
    member = member_named("rich")
    for _accepted in range(4):
        give(member, "answer_accepted")
    member.refresh_from_db()
    return member


@pytest.mark.parametrize(
    ("name", "points"),
    [("vote-up", 15), ("comment", 50), ("vote-down", 125), ("create-tag", 150), ("edit", 2000), ("close", 3000)],
)
def test_a_privilege_begins_at_its_points(alice, name, points):
    alice.points = points - 1
    assert not privileges.may(alice, name)
    alice.points = points
    assert privileges.may(alice, name)


def test_points_from_the_ledger_open_it(rich):
    assert (privileges.may(rich, "comment"), privileges.may(rich, "vote-down")) == (True, False)


def test_what_is_missing_is_said_to_the_member(alice):
    with pytest.raises(privileges.NotEnoughPoints, match="You need 50 points to comment; you have 1.") as refused:
        privileges.require(alice, "comment")
    assert (refused.value.needed, refused.value.name) == (50, "comment")


def test_having_enough_raises_nothing(rich):
    privileges.require(rich, "comment")


@pytest.mark.parametrize("who", ["mod", "admin"])
def test_moderators_and_staff_have_every_privilege(request, who):
    assert privileges.may(request.getfixturevalue(who), "close")


def test_who_is_not_signed_in_has_none(db):
    assert not privileges.may(AnonymousUser(), "vote-up")


def test_a_privilege_that_does_not_exist_is_a_fault_of_the_caller(alice):
    with pytest.raises(KeyError):
        privileges.may(alice, "fly")


def test_asking_again_costs_no_query(alice, django_assert_num_queries):
    privileges.may(alice, "comment")
    with django_assert_num_queries(0):
        privileges.require(type(alice)(points=99), "comment")


def test_an_admins_change_holds_after_forgetting(alice):
    assert not privileges.may(alice, "vote-up")
    Privilege.objects.filter(name="vote-up").update(points=1)
    privileges.forget()

    assert privileges.may(alice, "vote-up")


def test_while_privileges_are_waived_nobody_needs_points(alice):
    with privileges.waived():
        privileges.require(alice, "close")
        assert not privileges.may(AnonymousUser(), "close")
    assert not privileges.may(alice, "close")
