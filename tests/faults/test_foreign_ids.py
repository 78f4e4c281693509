"""Ids of what is somebody else's, of what is hidden, and of what is not there: nothing is read, nothing changes."""

from __future__ import annotations

import pytest

from community.forum import drafts, keeping
from community.forum.models import Bookmark, Comment, Draft, Post, Topic
from community.notifications.models import Notification
from tests import builders

pytestmark = pytest.mark.django_db

NOBODYS = 10**12


@pytest.fixture
def inner(admin) -> Topic:
    """A topic for moderators."""
    place = builders.category("Inner", readers="moderators", posters="moderators")
    return builders.question(admin, place=place, title="An inner thing")


def words(client, path: str, **given: str) -> int:
    return client.post(path, {"body": "Words that are enough.", **given}).status_code


def test_of_others_posts_and_comments_nothing_can_be_changed(client_of, alice, bob):
    topic = builders.question(alice)
    answer = builders.answer(topic, alice)
    comment = builders.comment(answer, alice)
    client = client_of(bob)
    tries = {
        f"/p/{answer.pk}/edit/": {"version": "1"},
        f"/p/{answer.pk}/revert/": {"to": "1", "version": "1"},
        f"/p/{answer.pk}/delete/": {},
        f"/p/{answer.pk}/accept/": {},
        f"/comments/{comment.pk}/edit/": {"version": "1"},
        f"/comments/{comment.pk}/delete/": {},
        f"/t/{topic.pk}/close/": {"on": "1", "reason": "x"},
        f"/t/{topic.pk}/move/": {"category": str(topic.category_id)},
    }
    before = list(Post.objects.values()), list(Comment.objects.values()), list(Topic.objects.values())
    answers = {path: words(client, path, **given) for path, given in tries.items()}
    assert set(answers.values()) <= {302, 403}, "a button leads back to the page, which says why"
    assert answers[f"/p/{answer.pk}/edit/"] == answers[f"/comments/{comment.pk}/edit/"] == 403
    assert (list(Post.objects.values()), list(Comment.objects.values()), list(Topic.objects.values())) == before


@pytest.mark.parametrize("whose", ["nobodys", "hidden"])
def test_what_one_may_not_read_cannot_be_acted_on_and_looks_as_if_it_were_not_there(client_of, bob, inner, whose):
    builders.give_points(bob, 20_000)
    opening = builders.opening(inner)
    pk, post = (inner.pk, opening.pk) if whose == "hidden" else (NOBODYS, NOBODYS)
    client = client_of(bob)
    tries = {
        f"/t/{pk}/reply/": {},
        f"/t/{pk}/close/": {"on": "1", "reason": "x"},
        f"/p/{post}/edit/": {"version": "1"},
        f"/p/{post}/comment/": {},
        f"/p/{post}/vote/": {"value": "1"},
        f"/p/{post}/bookmark/": {},
        f"/flag/post/{post}/": {"reason": "spam"},
    }
    assert {path: words(client, path, **given) for path, given in tries.items()} == dict.fromkeys(tries, 404)
    opening.refresh_from_db()
    assert (opening.score, opening.comment_count, inner.posts.count()) == (0, 0, 1)


def test_a_reply_to_a_post_of_elsewhere_does_not_tell_that_it_is_there(client_of, bob, inner):
    topic = builders.discussion()
    there = words(client_of(bob), f"/t/{topic.pk}/reply/", in_reply_to=str(builders.opening(inner).pk))
    assert there == 302
    assert topic.posts.get(number=1).in_reply_to is None


def test_a_topic_is_not_started_where_one_may_not_post(client_of, bob, inner):
    given = {"kind": "discussion", "category": inner.category_id, "title": "Let me in", "tags": ""}
    assert words(client_of(bob), "/ask/", **given) == 200
    assert Topic.objects.count() == 1


def test_notifications_drafts_and_bookmarks_of_others_stay_theirs(client_of, alice, bob):
    post = builders.answer(builders.question(alice), bob)
    notice = Notification.objects.of(alice.pk).get()
    drafts.save(alice, "topic", {"title": "Mine", "body": "All mine."})
    keeping.bookmark(post, member=alice)
    client = client_of(bob)
    client.post("/inbox/read/", {"id": str(notice.pk)})
    client.post("/bookmarks/drop/", {"key": "topic"})
    client.post(f"/p/{post.pk}/bookmark/", {"on": ""})
    notice.refresh_from_db()
    assert notice.read_at is None
    assert Draft.objects.get().member == alice
    assert Bookmark.objects.filter(member=alice).exists()
    assert "All mine." not in client.get("/ask/").content.decode()
