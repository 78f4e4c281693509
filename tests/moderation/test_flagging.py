"""Flags: who may raise them, once each, and what many of them or a moderator make of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from community.forum import removing
from community.forum.denied import Denied
from community.forum.models import Category, LogEntry
from community.members import limits
from community.members.models import Member
from community.moderation import flagging, hiding
from community.moderation.judging import Verdict, judge
from community.moderation.models import Flag
from community.notifications.models import Notification
from tests import builders


@pytest.fixture
def answer(alice, bob):
    return builders.answer(builders.question(alice), bob)


@pytest.fixture
def reader(db) -> Member:
    return builders.trusted("reader", points=60)


def raise_flags(thing, number: int, *, points: int = 60) -> list[Flag]:
    return [flagging.flag(thing, member=builders.trusted(points=points), reason="spam") for _ in range(number)]


def verbs() -> list[tuple[str, str | None]]:
    return [(entry.verb, entry.actor and entry.actor.username) for entry in LogEntry.objects.order_by("pk")]


def test_a_member_with_points_flags_and_nothing_else_happens(answer, reader):
    flag = flagging.flag(answer, member=reader, reason="rude", note="The second sentence.")
    assert (flag.thing, flag.state, flag.note) == (answer, "open", "The second sentence.")
    answer.refresh_from_db()
    assert answer.hidden_at is None


def test_flagging_again_changes_the_reason_of_the_open_flag(answer, reader):
    flagging.flag(answer, member=reader, reason="rude")
    flagging.flag(answer, member=reader, reason="spam", note="An advertisement.")
    flag = Flag.objects.get()
    assert (flag.reason, flag.note) == ("spam", "An advertisement.")


def test_the_database_keeps_one_open_flag_of_a_member_on_a_thing(answer, reader):
    Flag.objects.create(post=answer, member=reader, reason="spam", state="declined")
    Flag.objects.create(post=answer, member=reader, reason="spam")
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.create(post=answer, member=reader, reason="rude")


def test_newcomers_may_not_flag_but_those_here_for_three_days_may(answer):
    newcomer = builders.member("newcomer")
    with pytest.raises(Denied, match="15 points or have been here for 3 days"):
        flagging.flag(answer, member=newcomer, reason="spam")
    Member.objects.filter(pk=newcomer.pk).update(date_joined=timezone.now() - flagging.AGE)
    assert flagging.flag(answer, member=newcomer, reason="spam")


def test_ones_own_is_not_flagged(answer, bob):
    builders.give_points(bob, 60)
    with pytest.raises(Denied, match="yours"):
        flagging.flag(answer, member=bob, reason="spam")


def test_what_one_may_not_read_or_what_is_gone_is_not_flagged(answer, reader, mod):
    Category.objects.update(readers="moderators")
    with pytest.raises(Denied):
        flagging.flag(answer, member=reader, reason="spam")
    Category.objects.update(readers="everyone")
    removing.delete(answer, by=mod)
    with pytest.raises(Denied):
        flagging.flag(answer, member=reader, reason="spam")


def test_suspended_members_do_not_flag(answer, reader):
    Member.objects.filter(pk=reader.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied, match="suspended"):
        flagging.flag(answer, member=reader, reason="spam")


def test_ten_flags_a_day(alice, reader, settings, redis_client):
    settings.RATE_LIMITS = True
    topic = builders.question(alice)
    posts = [builders.answer(topic, at=timezone.now()) for _ in range(11)]
    for post in posts[:10]:
        flagging.flag(post, member=reader, reason="spam")
    with pytest.raises(limits.TooMany):
        flagging.flag(posts[10], member=reader, reason="spam")


def test_three_flags_of_members_with_weight_hide_a_post_until_a_moderator_looks(answer, bob):
    raise_flags(answer, 2)
    answer.refresh_from_db()
    assert answer.hidden_at is None
    raise_flags(answer, 1, points=15)  # too light to count
    answer.refresh_from_db()
    assert answer.hidden_at is None
    flagging.flag(answer, member=builders.trusted(points=60), reason="spam")
    answer.refresh_from_db()
    assert answer.hidden_at
    assert answer.topic.reply_count == 0
    assert verbs() == [("hide", None)]
    assert Notification.objects.filter(member=bob, kind="moderated", actor=None).count() == 1


def test_declining_settles_all_flags_and_shows_what_they_had_hidden(answer, mod, bob):
    flags = raise_flags(answer, 3)
    assert flagging.decline(flags[0], by=mod) == 3
    assert set(Flag.objects.values_list("state", "handled_by__username")) == {("declined", "mod")}
    answer.refresh_from_db()
    assert answer.hidden_at is None
    assert answer.topic.reply_count == 1
    assert verbs() == [("hide", None), ("decline", "mod"), ("unhide", "mod")]


def test_declining_leaves_hidden_what_a_moderator_had_hidden(answer, mod, reader):
    flag = flagging.flag(answer, member=reader, reason="spam")
    hiding.hide(answer, by=mod, reason="Let me think.")
    flagging.decline(flag, by=mod)
    answer.refresh_from_db()
    assert answer.hidden_at


def test_agreeing_and_hiding_is_logged_with_before_and_after(answer, mod, reader):
    flag = flagging.flag(answer, member=reader, reason="spam")
    assert judge(flag, Verdict.HIDE, by=mod, reason="Sells shoes") == 1
    hidden, agreed = LogEntry.objects.order_by("pk")
    assert (hidden.verb, hidden.reason, hidden.before) == ("hide", "Sells shoes", {"hidden_at": None})
    assert hidden.after["hidden_at"]
    assert (agreed.verb, agreed.before["state"], agreed.after["state"]) == ("agree", "open", "agreed")
    assert agreed.after["flags"] == [flag.pk]


def test_agreeing_and_deleting_deletes_and_tells_the_author(answer, mod, reader, bob):
    judge(flagging.flag(answer, member=reader, reason="spam"), Verdict.DELETE, by=mod)
    answer.refresh_from_db()
    assert answer.deleted_by == mod
    assert [name for name, _actor in verbs()] == ["delete", "agree"]
    assert Notification.objects.filter(member=bob, kind="moderated").exists()


def test_the_second_moderator_to_judge_changes_nothing(answer, mod, admin, reader):
    flag = flagging.flag(answer, member=reader, reason="spam")
    judge(flag, Verdict.DECLINE, by=mod)
    assert judge(flag, Verdict.DELETE, by=admin) == 0
    answer.refresh_from_db()
    assert answer.deleted_at is None


def test_only_moderators_judge(answer, reader, alice):
    flag = flagging.flag(answer, member=reader, reason="spam")
    for verdict in Verdict:
        with pytest.raises(Denied, match="moderators"):
            judge(flag, verdict, by=alice)
    flag.refresh_from_db()
    answer.refresh_from_db()
    assert (flag.state, answer.hidden_at, answer.deleted_at) == ("open", None, None)
