"""Hidden: seen by its author and moderators only, counted nowhere, logged, and undone without a trace in counts."""

import pytest

from community.forum import removing
from community.forum.denied import Denied
from community.forum.models import Comment, LogEntry, Post, Tag, Topic
from community.moderation import hiding
from community.notifications.models import Notification
from tests import builders


@pytest.fixture
def question(alice):
    return builders.question(alice, tags=["django"])


def test_a_hidden_answer_is_seen_by_its_author_and_moderators_only(question, alice, bob, mod, admin):
    answer = builders.answer(question, bob)
    hiding.hide(answer, by=mod, reason="rude")
    seen = {who.username for who in (alice, bob, mod, admin) if Post.objects.visible_to(who).filter(pk=answer.pk)}
    assert seen == {"bob", "mod", "admin"}


def test_hiding_takes_an_answer_from_the_count_and_the_heat_and_showing_gives_both_back(question, bob, mod):
    answer = builders.answer(question, bob)
    question.refresh_from_db()
    before = (question.reply_count, question.hot)
    hiding.hide(answer, by=mod, reason="rude")
    question.refresh_from_db()
    assert question.reply_count == 0
    assert question.hot < before[1]
    hiding.unhide(answer, by=mod)
    question.refresh_from_db()
    assert (question.reply_count, question.hot) == before


def test_hiding_the_opening_hides_the_topic_and_leaves_its_tags(question, bob, mod):
    hiding.hide(builders.opening(question), by=mod, reason="spam")
    assert not Topic.objects.visible_to(bob).filter(pk=question.pk).exists()
    assert not Topic.objects.listed().exists()
    assert Tag.objects.get(name="django").topic_count == 0
    hiding.unhide(builders.opening(question), by=mod)
    assert Topic.objects.visible_to(bob).filter(pk=question.pk).exists()
    assert Tag.objects.get(name="django").topic_count == 1


def test_a_hidden_comment_is_not_counted(question, alice, bob, mod):
    comment = builders.comment(builders.opening(question), alice)
    hiding.hide(comment, by=mod, reason="rude")
    assert builders.opening(question).comment_count == 0
    assert not Comment.objects.visible_to(bob).filter(pk=comment.pk).exists()
    hiding.unhide(comment, by=mod)
    assert builders.opening(question).comment_count == 1


@pytest.mark.parametrize("first", ["hide", "delete"])
def test_hidden_and_deleted_is_counted_off_once(question, bob, mod, first):
    answer = builders.answer(question, bob)
    acts = [lambda: hiding.hide(answer, by=mod, reason="rude"), lambda: removing.delete(answer, by=mod)]
    for act in acts if first == "hide" else acts[::-1]:
        act()
    question.refresh_from_db()
    assert question.reply_count == 0
    undo = [lambda: hiding.unhide(answer, by=mod), lambda: removing.restore(answer, by=mod)]
    for act in undo:
        act()
    question.refresh_from_db()
    assert question.reply_count == 1


def test_hiding_twice_is_hiding_once(question, bob, mod):
    answer = builders.answer(question, bob)
    hiding.hide(answer, by=mod, reason="rude")
    hiding.hide(answer, by=mod, reason="really")
    assert LogEntry.objects.get().reason == "rude"
    question.refresh_from_db()
    assert question.reply_count == 0


def test_the_author_is_told_each_time_and_not_by_whom(question, bob, mod):
    answer = builders.answer(question, bob)
    hiding.hide(answer, by=mod, reason="rude")
    first = Notification.objects.get(member=bob, kind="moderated")
    hiding.unhide(answer, by=mod)
    second = Notification.objects.get(member=bob, kind="moderated")
    assert second.pk > first.pk


def test_members_do_not_hide(question, alice, bob):
    answer = builders.answer(question, bob)
    with pytest.raises(Denied, match="moderators"):
        hiding.hide(answer, by=alice, reason="I disagree")
    answer.refresh_from_db()
    assert answer.hidden_at is None
