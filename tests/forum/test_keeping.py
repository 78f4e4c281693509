from datetime import timedelta

import pytest
from django.utils import timezone

from community.forum import keeping
from community.forum.denied import Denied, Unfit
from community.forum.models import Bookmark, Follow, Tag
from community.members.models import Member
from community.notifications.models import Notification
from events.models import Event
from tests import builders

pytestmark = pytest.mark.django_db


def events(name: str) -> list[tuple[int, str, int]]:
    return list(Event.objects.filter(name=name).values_list("unit", "object_kind", "object_id"))


def test_a_bookmark_is_kept_once_and_is_an_event_once(alice, bob):
    post = builders.opening(builders.question(alice))
    for _ in range(2):
        keeping.bookmark(post, member=bob)
    assert Bookmark.objects.filter(member=bob, post=post).count() == 1
    assert events("bookmarked") == [(bob.pk, "post", post.pk)]
    keeping.unbookmark(post, member=bob)
    assert not Bookmark.objects.exists()


def test_topics_tags_and_members_are_followed_once(alice, bob):
    topic = builders.question(alice)
    tag = Tag.objects.get(name="python")
    for thing in (topic, tag, alice, topic, tag, alice):
        keeping.follow(thing, member=bob)
    assert Follow.objects.filter(member=bob).count() == 3
    assert events("followed") == [
        (bob.pk, "topic", topic.pk),
        (bob.pk, "tag", tag.pk),
        (bob.pk, "member", alice.pk),
    ]
    for thing in (topic, tag, alice):
        keeping.unfollow(thing, member=bob)
    assert not Follow.objects.filter(member=bob).exists()


def test_the_followed_member_is_told_who_follows(alice, bob):
    keeping.follow(alice, member=bob)
    told = Notification.objects.get(kind="followed")
    assert (told.member, told.actor, told.source_kind, told.source_id) == (alice, bob, "member", bob.pk)


def test_a_synonym_is_followed_as_the_tag_it_stands_for(bob):
    python = builders.tag("python")
    keeping.follow(builders.tag("py", synonym_of=python), member=bob)
    assert Follow.objects.get(member=bob).tag == python


def test_nobody_follows_themselves(alice):
    with pytest.raises(Unfit):
        keeping.follow(alice, member=alice)


def test_what_one_may_not_read_is_neither_kept_nor_followed(mod, alice):
    secret = builders.discussion(mod, place=builders.category("Staff", readers="moderators"))
    with pytest.raises(Denied):
        keeping.bookmark(builders.opening(secret), member=alice)
    with pytest.raises(Denied):
        keeping.follow(secret, member=alice)


def test_the_suspended_neither_keep_nor_follow(alice, bob):
    topic = builders.question(alice)
    Member.objects.filter(pk=bob.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        keeping.bookmark(builders.opening(topic), member=bob)
    with pytest.raises(Denied):
        keeping.follow(alice, member=bob)


def test_history_keeps_its_time(alice, bob):
    post, then = builders.opening(builders.question(alice)), timezone.now() - timedelta(days=9)
    keeping.bookmark(post, member=bob, at=then)
    keeping.follow(alice, member=bob, at=then)
    assert Bookmark.objects.get().created_at == then
    assert Follow.objects.get(member=bob).created_at == then
    assert set(Event.objects.filter(unit=bob.pk, name__in=["bookmarked", "followed"]).values_list("at", flat=True)) == {
        then
    }
