"""A suspended member reads but does not write, knows until when and why, and is back when the term is over."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from community.forum.denied import Denied, Unfit
from community.forum.models import LogEntry
from community.members.models import Member
from community.moderation import suspending
from community.moderation.models import Suspension
from community.notifications.models import Notification
from tests import builders

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


def suspend(member, mod, **given):
    return suspending.suspend(member, by=mod, **{"reason": "Insults", "until": NOON + WEEK, **given})


def test_a_suspended_member_reads_but_does_not_write_and_is_told_until_when_and_why(bob, mod, client_of):
    topic = builders.question()
    suspend(bob, mod)
    assert client_of(bob).get(topic.get_absolute_url()).status_code == 200
    with pytest.raises(Denied, match=r"until March 9, 2026, noon: .* Insults"):
        builders.answer(topic, bob)


def test_the_term_ends_by_itself(bob, mod, clock):
    topic = builders.question()
    suspend(bob, mod)
    clock.shift(WEEK)
    assert builders.answer(topic, bob)


def test_suspending_is_logged_and_told(bob, mod):
    suspend(bob, mod)
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.actor, entry.object_kind, entry.object_id, entry.reason) == (
        "suspend",
        mod,
        "member",
        bob.pk,
        "Insults",
    )
    assert entry.before == {"suspended_until": None}
    assert entry.after == {"suspended_until": (NOON + WEEK).isoformat()}
    assert Notification.objects.get(member=bob).kind == "moderated"


def test_a_new_suspension_takes_the_place_of_the_one_that_stands(bob, mod):
    suspend(bob, mod)
    suspend(bob, mod, until=NOON + 4 * WEEK)
    assert Suspension.objects.standing(NOON).get().until == NOON + 4 * WEEK
    bob.refresh_from_db()
    assert bob.suspended_until == NOON + 4 * WEEK
    assert Notification.objects.filter(member=bob).count() == 1


def test_lifting_ends_it_and_is_logged(bob, mod):
    suspend(bob, mod)
    suspending.lift(bob, by=mod, reason="A misunderstanding")
    bob.refresh_from_db()
    assert (bob.suspended, bob.suspension_reason) == (False, "")
    assert not Suspension.objects.standing(NOON).exists()
    entry = LogEntry.objects.latest("pk")
    assert (entry.verb, entry.reason, entry.after) == ("lift", "A misunderstanding", {"suspended_until": None})
    assert builders.answer(author=bob)


def test_lifting_what_does_not_stand_is_nothing(bob, mod):
    suspending.lift(bob, by=mod)
    assert not LogEntry.objects.exists()


def test_suspended_members_are_not_ranked(bob, mod):
    suspend(bob, mod)
    assert not Member.objects.ranked().filter(pk=bob.pk).exists()


@pytest.mark.parametrize("given", [{"until": NOON}, {"reason": "  "}])
def test_a_suspension_has_a_term_and_a_reason(bob, mod, given):
    with pytest.raises(Unfit):
        suspend(bob, mod, **given)
    assert not Suspension.objects.exists()


def test_only_moderators_suspend_and_nobody_suspends_moderators_or_staff(alice, bob, mod, admin):
    with pytest.raises(Denied, match="moderators"):
        suspend(bob, alice)
    for equal in (mod, admin):
        with pytest.raises(Denied, match="cannot be suspended"):
            suspend(equal, admin)
    assert not Suspension.objects.exists()
