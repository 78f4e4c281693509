"""Taking one's data along, and leaving."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.db.models import Sum

from community.forum.leaving import leave
from community.forum.models import Bookmark, Draft, Follow, Post, Vote
from community.members.models import Member
from community.notifications.models import Notification
from community.points.models import Entry
from tests import builders


@pytest.fixture
def alice(alice) -> Member:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    Member.objects.filter(pk=alice.pk).update(display_name="Alice L", bio="Hello", location="Oxford")
    alice.refresh_from_db()
    return alice


@pytest.fixture
def written(alice, bob) -> Post:
    question = builders.question(bob)
    answer = builders.answer(question, alice, body="Hold the mushroom in both hands.")
    Vote.objects.create(post=builders.opening(question), member=alice, value=1)
    Bookmark.objects.create(post=answer, member=alice)
    Draft.objects.create(member=alice, key="topic", content={"title": "Secret"})
    Follow.objects.create(member=alice, followed=bob)
    Follow.objects.create(member=bob, followed=alice)
    return answer


def test_what_they_wrote_stays_without_its_author(written, alice):
    leave(alice)
    written.refresh_from_db()
    assert written.author is None
    assert "mushroom" in written.html
    assert Vote.objects.filter(member=alice).count() == 1


def test_nothing_that_says_who_they_were_is_left(written, alice):
    leave(alice)
    alice.refresh_from_db()
    assert (alice.username, alice.email, alice.bio, alice.location) == (f"former-{alice.pk}", "", "", "")
    assert not alice.is_active
    assert not alice.has_usable_password()
    assert not EmailAddress.objects.filter(user=alice).exists()
    for model in (Bookmark, Draft, Follow, Notification):
        assert not model.objects.filter(member=alice).exists()
    assert not Follow.objects.filter(followed=alice).exists()


def test_the_ledger_and_its_sums_are_kept(alice, bob):
    builders.give_points(alice, 31)
    before = Entry.objects.filter(member=alice).aggregate(n=Sum("granted"))
    leave(alice)
    alice.refresh_from_db()
    assert Entry.objects.filter(member=alice).aggregate(n=Sum("granted")) == before == {"n": alice.points_total}


def test_the_name_and_the_address_are_free_again(alice, member_named):
    leave(alice)
    assert member_named("alice").email == "alice@example.org"


def test_leaving_takes_the_password_and_the_typed_name_and_ends_every_session(alice, client, client_of):
    elsewhere = client_of(alice)
    client.post("/accounts/login/", {"login": "alice", "password": "wonderland-7"})
    client.post("/accounts/reauthenticate/", {"password": "wonderland-7"})
    refused = client.post("/settings/leave/", {"username": "bob"}).content.decode()
    assert "not your username" in refused
    assert client.post("/settings/leave/", {"username": "alice"}).headers["Location"] == "/"
    assert "_auth_user_id" not in client.session
    assert elsewhere.get("/settings/").status_code == 302
    assert client.get(f"/members/former-{alice.pk}/").status_code == 410
    assert client.get("/members/alice/").status_code == 404


def test_a_session_that_gave_no_password_is_asked_for_it_first(alice, client_of):
    response = client_of(alice).post("/settings/leave/", {"username": "alice"})
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    alice.refresh_from_db()
    assert alice.is_active


def test_members_take_everything_of_theirs_along_and_nothing_of_others(written, alice, bob, client_of):
    response = client_of(alice).post("/settings/export/")
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''alice.json"
    data = json.loads(response.content)
    assert data["member"]["email"] == "alice@example.org"
    assert [post["body"] for post in data["posts"]] == ["Hold the mushroom in both hands."]
    assert len(data["votes"]) == len(data["bookmarks"]) == len(data["drafts"]) == 1
    assert bob.pk in {follow["followed_id"] for follow in data["follows"]}
    assert data["points"][0]["rule__name"] == "joined"
    assert "bob@example.org" not in response.content.decode()


def test_the_export_needs_a_post_of_its_member(alice, client, client_of):
    assert client.post("/settings/export/").status_code == 302
    assert client_of(alice).get("/settings/export/").status_code == 405
