from datetime import timedelta

import pytest
from django.utils import timezone

from community.forum import commenting
from community.forum.conflicts import EditConflict
from community.forum.denied import Denied, Unfit
from community.forum.models import Comment, Post, Topic
from community.members import limits
from community.members.models import Member
from community.notifications.models import Notification
from community.points.privileges import NotEnoughPoints
from events.models import Event
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(alice, bob) -> Post:
    return builders.answer(builders.question(alice), bob)


def test_a_comment_is_rendered_and_counted(answer, bob):
    comment = commenting.comment(answer, author=bob, body="Try `pip` *first*.")
    assert "<code>pip</code>" in comment.html
    assert Post.objects.get(pk=answer.pk).comment_count == 1


def test_a_comment_is_an_event_of_both(answer, alice, bob):
    comment = builders.comment(answer, alice)
    builders.comment(answer, bob)
    rows = Event.objects.filter(name__startswith="comment_").order_by("pk")
    assert list(rows.values_list("name", "unit", "object_kind", "object_id")) == [
        ("comment_posted", alice.pk, "post", answer.pk),
        ("comment_received", bob.pk, "comment", comment.pk),
        ("comment_posted", bob.pk, "post", answer.pk),
    ]


def test_commenting_takes_points_but_not_on_ones_own(answer, alice, bob, carol):
    with pytest.raises(NotEnoughPoints, match="50"):
        builders.comment(answer, carol)
    builders.comment(builders.opening(answer.topic), alice)
    builders.comment(answer, alice)
    builders.comment(answer, bob)
    builders.give_points(carol, 50)
    builders.comment(answer, carol)


def test_an_answerer_comments_on_others_posts_with_points_only(answer, bob):
    with pytest.raises(NotEnoughPoints):
        builders.comment(builders.opening(answer.topic), bob)


def test_discussions_have_replies_instead(alice):
    with pytest.raises(Unfit):
        builders.comment(builders.opening(builders.discussion(alice)), alice)


def test_closed_questions_are_still_commented_on(answer, alice):
    Topic.objects.filter(pk=answer.topic_id).update(closed_at=timezone.now())
    assert builders.comment(answer, alice).pk


@pytest.mark.parametrize("gone", ["deleted_at", "hidden_at"])
def test_what_is_gone_takes_no_comments(answer, mod, gone):
    Post.objects.filter(pk=answer.pk).update(**{gone: timezone.now()})
    with pytest.raises(Denied):
        builders.comment(answer, mod)


@pytest.mark.parametrize("body", ["", "  \n", "x" * 2001])
def test_comments_have_a_length(answer, alice, body):
    with pytest.raises(Unfit):
        commenting.comment(answer, author=alice, body=body)


def test_pressing_the_button_twice_comments_once(answer, alice):
    first, second = (commenting.comment(answer, author=alice, body="Thanks, it works.") for _ in range(2))
    assert first == second
    assert Post.objects.get(pk=answer.pk).comment_count == 1


def test_comments_have_a_limit(answer, alice, settings):
    settings.RATE_LIMITS = True
    builders.comment(answer, alice)
    with pytest.raises(limits.TooMany):
        builders.comment(answer, alice)


def test_its_author_edits_a_comment(answer, alice):
    comment = builders.comment(answer, alice)
    edited = commenting.edit_comment(comment, editor=alice, body="Better *words*.", version=1)
    assert (edited.body, edited.version) == ("Better *words*.", 2)
    assert "<em>words</em>" in edited.html
    assert edited.edited_at is not None


def test_two_edits_of_one_version_of_a_comment_conflict(answer, alice):
    comment = builders.comment(answer, alice)
    commenting.edit_comment(comment, editor=alice, body="First.", version=1)
    with pytest.raises(EditConflict) as conflict:
        commenting.edit_comment(comment, editor=alice, body="Second.", version=1)
    assert conflict.value.current.body == "First."


def test_only_its_author_and_moderators_edit_a_comment(answer, alice, bob, mod):
    comment = builders.comment(answer, alice)
    with pytest.raises(Denied):
        commenting.edit_comment(comment, editor=bob, body="Mine now.", version=1)
    assert commenting.edit_comment(comment, editor=mod, body="Calmer.", version=1).version == 2


def test_a_deleted_comment_is_not_edited(answer, alice):
    comment = builders.comment(answer, alice)
    Comment.objects.filter(pk=comment.pk).update(deleted_at=timezone.now())
    with pytest.raises(Denied):
        commenting.edit_comment(comment, editor=alice, body="Back?", version=1)


def test_the_suspended_neither_comment_nor_edit(answer, alice):
    comment = builders.comment(answer, alice)
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        builders.comment(answer, alice)
    with pytest.raises(Denied):
        commenting.edit_comment(comment, editor=alice, body="Anyway.", version=1)


def test_an_edit_tells_only_those_newly_named(answer, alice, bob, carol):
    comment = builders.comment(answer, alice, body="See @bob about it.")
    commenting.edit_comment(comment, editor=alice, body="See @bob and @carol about it.", version=1)
    told = Notification.objects.filter(source_kind="comment").order_by("pk")
    assert list(told.values_list("kind", "member__username")) == [("commented", "bob"), ("mentioned", "carol")]
