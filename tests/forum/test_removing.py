from datetime import timedelta

import pytest
from django.utils import timezone

from community.forum import accepting, removing, voting
from community.forum.denied import Denied
from community.forum.models import Comment, LogEntry, Post, Tag, Topic
from community.members.models import Member
from community.points.models import PointsDay
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(alice) -> Topic:
    builders.discussion(
        alice, tags=[]
    )  # so that nobody's first post, which has points of its own, is among the deleted
    return builders.question(alice)


@pytest.fixture
def answer(question, bob) -> Post:
    builders.discussion(bob, tags=[])
    return builders.answer(question, bob)


def points(*members: Member) -> list[int]:
    return [Member.objects.get(pk=member.pk).points_total for member in members]


def boards() -> dict[tuple[str, int], int]:
    """What boards count, without the rows that came to nothing."""
    rows = PointsDay.objects.exclude(points=0).values_list("scope", "day", "member", "points")
    return {(scope, day, member): points for scope, day, member, points in rows}


def test_a_deleted_answer_is_counted_and_seen_no_more_but_by_its_author(question, answer, alice, bob, mod):
    removing.delete(answer, by=bob)
    topic = Topic.objects.get(pk=question.pk)
    assert (topic.reply_count, topic.last_number) == (0, 1)
    seen = [Post.objects.visible_to(member).filter(pk=answer.pk).exists() for member in (alice, bob, mod)]
    assert seen == [False, True, True]


def test_points_go_with_the_answer_and_come_back_with_it(answer, bob, mod):
    down = builders.trusted("down")
    voting.vote(answer, member=mod, value=1)
    voting.vote(answer, member=down, value=-1)
    given, counted = points(bob, down), boards()
    removing.delete(answer, by=bob)
    assert points(bob, down) == [given[0] - 8, given[1] + 1]
    removing.restore(answer, by=bob)
    assert points(bob, down) == given
    assert boards() == counted


def test_points_come_back_on_the_day_they_were_given(answer, bob, mod, time_machine):
    voting.vote(answer, member=mod, value=1)
    counted = boards()
    time_machine.move_to(timezone.now() + timedelta(days=9))
    removing.delete(answer, by=bob)
    removing.restore(answer, by=bob)
    assert boards() == counted


def test_a_vote_withdrawn_before_the_deletion_does_not_come_back(answer, bob, mod):
    voting.vote(answer, member=mod, value=1)
    voting.vote(answer, member=mod, value=0)
    before = points(bob)
    removing.delete(answer, by=bob)
    removing.restore(answer, by=bob)
    assert points(bob) == before


def test_a_vote_can_be_withdrawn_after_a_restoration(answer, bob, mod):
    before = points(bob)
    voting.vote(answer, member=mod, value=1)
    removing.delete(answer, by=bob)
    removing.restore(answer, by=bob)
    voting.vote(answer, member=mod, value=0)
    assert points(bob) == before


def test_its_author_may_not_delete_an_accepted_answer_a_moderator_may(question, answer, alice, bob, mod):
    before = points(alice, bob)
    accepting.accept(answer, member=alice)
    with pytest.raises(Denied):
        removing.delete(answer, by=bob)
    removing.delete(answer, by=mod, reason="copied")
    assert Topic.objects.get(pk=question.pk).accepted is None
    assert points(alice, bob) == before
    removing.restore(answer, by=mod)
    assert (Topic.objects.get(pk=question.pk).accepted, points(alice, bob)) == (None, before)
    accepting.accept(answer, member=alice)
    assert points(alice, bob) == [before[0] + 2, before[1] + 15]


def test_a_deleted_topic_is_gone_with_all_its_points_and_comes_back_with_them(question, answer, alice, bob, mod):
    accepting.accept(answer, member=alice)
    voting.vote(builders.opening(question), member=mod, value=1)
    voting.vote(answer, member=mod, value=1)
    given = points(alice, bob)
    removing.delete(question, by=mod, reason="spam")
    topic = Topic.objects.get(pk=question.pk)
    assert topic.deleted_by == mod
    assert points(alice, bob) == [given[0] - 12, given[1] - 25]
    assert Tag.objects.get(name="python").topic_count == 0
    assert not Topic.objects.visible_to(bob).filter(pk=topic.pk).exists()
    assert not Post.objects.visible_to(bob).filter(pk=answer.pk).exists()
    removing.restore(topic, by=mod)
    restored = Topic.objects.get(pk=question.pk)
    assert (restored.deleted_at, restored.accepted) == (None, answer)
    assert points(alice, bob) == given
    assert Tag.objects.get(name="python").topic_count == 1


def test_the_points_of_a_first_post_go_with_it_and_are_earned_once(alice):
    before = points(alice)
    first = builders.discussion(alice)
    earned = points(alice)
    removing.delete(first, by=alice)
    assert points(alice) == before
    builders.discussion(alice)
    removing.restore(first, by=alice)
    assert points(alice) == earned


def test_an_answer_deleted_before_its_topic_stays_deleted(question, answer, bob, mod):
    voting.vote(answer, member=mod, value=1)
    removing.delete(answer, by=bob)
    before = points(bob)
    removing.delete(question, by=mod)
    removing.restore(question, by=mod)
    assert Post.objects.get(pk=answer.pk).deleted_at is not None
    assert points(bob) == before


def test_the_author_deletes_a_topic_only_while_nobody_else_wrote_in_it(question, alice, bob):
    builders.answer(question, alice)
    answer = builders.answer(question, bob)
    with pytest.raises(Denied):
        removing.delete(question, by=alice)
    removing.delete(answer, by=bob)
    removing.delete(question, by=alice)
    assert Topic.objects.get(pk=question.pk).deleted_by == alice


def test_an_author_restores_what_they_deleted_but_not_what_a_moderator_did(answer, bob, mod):
    removing.delete(answer, by=bob)
    removing.restore(answer, by=bob)
    removing.delete(answer, by=mod)
    with pytest.raises(Denied):
        removing.restore(answer, by=bob)


def test_deleting_and_restoring_twice_is_once(question, answer, bob):
    removing.delete(answer, by=bob)
    removing.delete(answer, by=bob)
    assert Topic.objects.get(pk=question.pk).reply_count == 0
    removing.restore(answer, by=bob)
    removing.restore(answer, by=bob)
    assert Topic.objects.get(pk=question.pk).reply_count == 1


def test_what_is_hidden_too_is_counted_once(question, answer, bob):
    Post.objects.filter(pk=answer.pk).update(hidden_at=timezone.now())
    Topic.objects.filter(pk=question.pk).update(reply_count=0)
    removing.delete(answer, by=bob)
    removing.restore(answer, by=bob)
    assert Topic.objects.get(pk=question.pk).reply_count == 0


def test_nobody_deletes_what_others_wrote(answer, alice):
    comment = builders.comment(answer)
    for thing in (answer, comment):
        with pytest.raises(Denied):
            removing.delete(thing, by=alice)


def test_a_comment_goes_and_comes_back(answer, alice, bob):
    comment = builders.comment(answer, bob)
    removing.delete(comment, by=bob)
    assert Post.objects.get(pk=answer.pk).comment_count == 0
    assert [Comment.objects.visible_to(member).exists() for member in (alice, bob)] == [False, True]
    removing.restore(comment, by=bob)
    removing.restore(comment, by=bob)
    assert Post.objects.get(pk=answer.pk).comment_count == 1


def test_moderators_acts_are_logged_ones_own_are_not(answer, bob, mod):
    removing.delete(answer, by=bob)
    removing.restore(answer, by=bob)
    removing.delete(answer, by=mod, reason="off topic")
    removing.restore(answer, by=mod)
    rows = LogEntry.objects.order_by("pk").values_list("actor", "verb", "object_kind", "object_id", "reason")
    assert list(rows) == [
        (mod.pk, "delete", "post", answer.pk, "off topic"),
        (mod.pk, "restore", "post", answer.pk, ""),
    ]


def test_the_suspended_delete_nothing(answer, bob):
    Member.objects.filter(pk=bob.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        removing.delete(answer, by=bob)


def test_whoever_deleted_a_comment_may_press_restore_below_it(client_of, alice, bob):
    comment = builders.comment(builders.opening(builders.question(alice)))
    removing.delete(comment, by=alice)
    url = f"/comments/{comment.pk}/restore/"
    assert client_of(bob).post(url).status_code == 404
    browser = client_of(alice)
    assert f'action="{url}"' in browser.get(comment.post.topic.get_absolute_url()).content.decode()
    browser.post(url)
    comment.refresh_from_db()
    assert comment.deleted_at is None
