from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from community.forum import accepting, reading, removing, steering, voting
from community.forum.denied import Denied, Unfit
from community.forum.models import Follow, LogEntry, Post, ReadMark, Tag, Topic
from community.members.models import Member
from community.points.privileges import NotEnoughPoints
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(alice) -> Topic:
    return builders.question(alice)


def now(topic: Topic) -> Topic:
    return Topic.objects.get(pk=topic.pk)


def test_a_topic_is_closed_for_a_reason_and_reopened(topic, mod):
    steering.close(topic, by=mod, reason="asked before")
    assert (now(topic).closed_by, now(topic).close_reason) == (mod, "asked before")
    steering.reopen(topic, by=mod)
    assert (now(topic).closed_at, now(topic).closed_by, now(topic).close_reason) == (None, None, "")


def test_closing_needs_a_reason(topic, mod):
    for reason in ("", " ", "x" * 201):
        with pytest.raises(Unfit):
            steering.close(topic, by=mod, reason=reason)


def test_the_author_closes_and_reopens_their_own(topic, alice):
    steering.close(topic, by=alice, reason="solved")
    steering.reopen(topic, by=alice)
    assert now(topic).closed_at is None


def test_the_author_does_not_reopen_what_others_closed(topic, alice, mod):
    steering.close(topic, by=mod, reason="off topic")
    with pytest.raises(NotEnoughPoints, match="3000"):
        steering.reopen(topic, by=alice)


def test_others_close_with_enough_points(topic, bob):
    with pytest.raises(NotEnoughPoints, match="3000"):
        steering.close(topic, by=bob, reason="I know it all")
    builders.give_points(bob, 3000)
    steering.close(topic, by=bob, reason="asked before")
    assert now(topic).closed_by == bob


def test_moderators_pin_and_unpin(topic, alice, mod):
    with pytest.raises(Denied):
        steering.pin(topic, by=alice)
    steering.pin(topic, by=mod)
    assert now(topic).pinned_at is not None
    steering.unpin(topic, by=mod)
    assert now(topic).pinned_at is None


def test_a_topic_moves_to_where_the_mover_may_post(topic, alice, bob):
    open_to_all, news = builders.category("Databases"), builders.category("News", posters="moderators")
    steering.move(topic, by=alice, category=open_to_all)
    assert now(topic).category == open_to_all
    with pytest.raises(Denied):
        steering.move(topic, by=alice, category=news)
    with pytest.raises(NotEnoughPoints):
        steering.move(topic, by=bob, category=open_to_all)


def test_every_act_is_logged_once_with_what_stood_before(topic, mod):
    for _ in range(2):
        steering.close(topic, by=mod, reason="asked before")
        steering.pin(topic, by=mod)
    steering.unpin(topic, by=mod)
    steering.reopen(topic, by=mod)
    steering.move(topic, by=mod, category=builders.category("Databases"))
    entries = LogEntry.objects.filter(object_kind="topic", object_id=topic.pk, actor=mod).order_by("pk")
    assert [entry.verb for entry in entries] == ["close", "pin", "unpin", "reopen", "move"]
    assert entries[0].reason == "asked before"
    assert entries[4].before == {"category": topic.category_id}


def test_merging_appends_the_posts_in_their_order(alice, bob, mod):
    one, other = builders.question(alice, tags=["sql"]), builders.question(bob, tags=["python"])
    posts = [builders.opening(one), builders.answer(one, bob), builders.answer(one, alice)]
    there = [builders.opening(other), builders.answer(other, alice)]
    steering.merge(one, by=mod, into=other)
    assert list(other.posts.order_by("number").values_list("pk", "number")) == [
        (post.pk, number) for number, post in enumerate([*there, *posts])
    ]
    merged = now(other)
    assert (merged.last_number, merged.reply_count, merged.author) == (4, 4, bob)
    assert builders.answer(other, alice).number == 5
    assert dict(Tag.objects.values_list("name", "topic_count")) == {"sql": 0, "python": 1}


def test_a_merged_topic_leads_to_the_other_and_is_listed_no_more(alice, mod):
    one, other = builders.question(alice), builders.question(alice)
    steering.merge(one, by=mod, into=other)
    assert now(one).merged_into == other
    assert list(Topic.objects.visible_to(AnonymousUser()).listed()) == [other]
    with pytest.raises(Denied):
        builders.answer(one, alice)
    with pytest.raises(Unfit):
        removing.delete(one, by=mod)


def test_votes_points_and_followers_survive_a_merge(alice, bob, carol, mod):
    one, other = builders.question(alice), builders.question(bob)
    answer = builders.answer(one, carol)
    voting.vote(answer, member=mod, value=1)
    accepting.accept(answer, member=alice)
    reading.mark_read(one, member=carol, number=1)
    points = Member.objects.get(pk=carol.pk).points_total
    steering.merge(one, by=mod, into=other)
    assert Member.objects.get(pk=carol.pk).points_total == points
    assert Post.objects.get(pk=answer.pk).score == 1
    assert now(one).accepted is None
    assert set(Follow.objects.filter(topic=other).values_list("member", flat=True)) == {alice.pk, bob.pk, carol.pk}
    assert not Follow.objects.filter(topic=one).exists()
    assert not ReadMark.objects.filter(topic=one).exists()
    voting.vote(answer, member=mod, value=0)
    assert Member.objects.get(pk=carol.pk).points_total == points - 10


def test_only_topics_that_stand_and_are_of_one_kind_merge(alice, mod):
    one, other = builders.question(alice), builders.question(alice)
    with pytest.raises(Unfit):
        steering.merge(one, by=mod, into=one)
    with pytest.raises(Unfit):
        steering.merge(one, by=mod, into=builders.discussion(alice))
    Topic.objects.filter(pk=other.pk).update(hidden_at=timezone.now())
    with pytest.raises(Unfit):
        steering.merge(one, by=mod, into=other)


def test_moderators_alone_merge(alice):
    one, other = builders.question(alice), builders.question(alice)
    with pytest.raises(Denied):
        steering.merge(one, by=alice, into=other)


def test_the_suspended_steer_nothing(topic, alice, mod):
    Member.objects.update(suspended_until=timezone.now() + timedelta(days=1))
    acts = [
        lambda: steering.close(topic, by=alice, reason="mine"),
        lambda: steering.reopen(topic, by=alice),
        lambda: steering.pin(topic, by=mod),
        lambda: steering.move(topic, by=alice, category=topic.category),
        lambda: steering.merge(topic, by=mod, into=topic),
    ]
    for act in acts:
        with pytest.raises(Denied):
            act()
