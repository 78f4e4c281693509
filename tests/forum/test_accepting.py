from datetime import timedelta

import pytest
from django.utils import timezone

from community.forum import accepting
from community.forum.denied import Denied, Unfit
from community.forum.models import Post, Topic
from community.members.models import Member
from community.notifications.models import Notification
from events.models import Event
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(alice) -> Topic:
    return builders.question(alice)


@pytest.fixture
def answer(question, bob) -> Post:
    return builders.answer(question, bob)


def points(*members: Member) -> list[int]:
    return [Member.objects.get(pk=member.pk).points_total for member in members]


def test_accepting_marks_the_answer_and_gives_both_points(question, answer, alice, bob):
    asker, author = points(alice, bob)
    accepting.accept(answer, member=alice)
    topic = Topic.objects.get(pk=question.pk)
    assert topic.accepted == answer
    assert topic.accepted_at is not None
    assert points(alice, bob) == [asker + 2, author + 15]


def test_who_accepts_the_answer_of_somebody_gone_gets_their_points(answer, alice):
    (asker,) = points(alice)
    Post.objects.filter(pk=answer.pk).update(author=None)
    accepting.accept(answer, member=alice)
    assert points(alice) == [asker + 2]


def test_accepting_twice_gives_once(answer, alice, bob):
    accepting.accept(answer, member=alice)
    before = points(alice, bob), Event.objects.count()
    accepting.accept(answer, member=alice)
    assert (points(alice, bob), Event.objects.count()) == before


def test_accepting_is_an_event_of_both_and_told_to_the_author(answer, alice, bob):
    accepting.accept(answer, member=alice)
    rows = Event.objects.filter(name__contains="accept").order_by("pk")
    assert list(rows.values_list("name", "unit", "object_id")) == [
        ("answer_accepted", alice.pk, answer.pk),
        ("accept_received", bob.pk, answer.pk),
    ]
    assert Notification.objects.get(member=bob, kind="accepted").source_id == answer.pk


def test_another_answer_takes_the_place_and_the_points_of_the_former(question, answer, alice, bob, carol):
    asker, author, other = points(alice, bob, carol)
    accepting.accept(answer, member=alice)
    better = builders.answer(question, carol)
    other = points(carol)[0]
    accepting.accept(better, member=alice)
    assert Topic.objects.get(pk=question.pk).accepted == better
    assert points(alice, bob, carol) == [asker + 2, author, other + 15]


def test_ones_own_answer_earns_nothing_to_either(question, alice):
    own = builders.answer(question, alice)
    before = points(alice)
    accepting.accept(own, member=alice)
    assert Topic.objects.get(pk=question.pk).accepted == own
    assert points(alice) == before
    assert not Event.objects.filter(name="accept_received").exists()


def test_a_community_answer_earns_nothing(answer, alice, bob):
    Post.objects.filter(pk=answer.pk).update(wiki=True)
    before = points(alice, bob)
    accepting.accept(answer, member=alice)
    assert points(alice, bob) == before


def test_taking_it_back_takes_the_points_back(question, answer, alice, bob):
    before = points(alice, bob)
    accepting.accept(answer, member=alice)
    accepting.unaccept(question, member=alice)
    topic = Topic.objects.get(pk=question.pk)
    assert (topic.accepted, topic.accepted_at) == (None, None)
    assert points(alice, bob) == before
    accepting.accept(answer, member=alice)
    assert points(alice, bob) == [before[0] + 2, before[1] + 15]


def test_nothing_accepted_is_nothing_to_take_back(question, alice):
    accepting.unaccept(question, member=alice)
    assert Topic.objects.get(pk=question.pk).accepted is None


def test_only_the_asker_accepts(answer, question, bob, mod):
    for member in (bob, mod):
        with pytest.raises(Denied):
            accepting.accept(answer, member=member)
        with pytest.raises(Denied):
            accepting.unaccept(question, member=member)


def test_only_answers_that_stand_are_accepted(question, answer, alice):
    with pytest.raises(Unfit):
        accepting.accept(builders.opening(question), member=alice)
    Post.objects.filter(pk=answer.pk).update(deleted_at=timezone.now())
    with pytest.raises(Unfit):
        accepting.accept(answer, member=alice)


def test_replies_are_not_accepted(alice, bob):
    with pytest.raises(Unfit):
        accepting.accept(builders.answer(builders.discussion(alice), bob), member=alice)


def test_the_suspended_do_not_accept(answer, alice):
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        accepting.accept(answer, member=alice)
