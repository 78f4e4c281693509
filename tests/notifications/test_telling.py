"""Telling: once, to those who listen, in the verb's transaction, with a mail for those who want it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from community.notifications import telling
from community.notifications.models import Mail, Notification


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    """The worker's part is test_sending's."""
    monkeypatch.setattr("events.bell.ring", lambda task, *ids: None)


def told() -> set[tuple[str, str]]:
    return set(Notification.objects.values_list("member__username", "kind"))


def test_those_concerned_are_told_but_not_the_actor(alice, bob, carol):
    telling.tell("answered", to=[alice.pk, bob.pk, carol.pk], actor=bob, source=("post", 5))
    assert told() == {("alice", "answered"), ("carol", "answered")}


def test_telling_twice_changes_nothing(alice, bob):
    for _ in range(2):
        telling.tell("answered", to=[alice.pk], actor=bob, source=("post", 5))
    assert Notification.objects.count() == Mail.objects.count() == 1


def test_telling_twice_without_an_actor_changes_nothing(alice):
    for _ in range(2):
        telling.tell("moderated", to=[alice.pk], actor=None, source=("post", 5))
    assert Notification.objects.count() == 1


def test_another_actor_is_another_notification(alice, bob, carol):
    telling.tell("followed", to=[alice.pk], actor=bob, source=("member", alice.pk))
    telling.tell("followed", to=[alice.pk], actor=carol, source=("member", alice.pk))
    assert Notification.objects.count() == 2


def test_muted_kinds_and_the_inactive_are_left_out(alice, bob, member_named):
    muting = member_named("dora", muted_kinds=["commented", "replied"])
    gone = member_named("emil", is_active=False)
    telling.tell("commented", to=[alice.pk, muting.pk, gone.pk], actor=bob, source=("comment", 1))
    telling.tell("answered", to=[muting.pk], actor=bob, source=("post", 5))
    assert told() == {("alice", "commented"), ("dora", "answered")}


def test_what_moderators_do_is_told_even_to_those_who_muted_it(mod, member_named):
    muting = member_named("dora", muted_kinds=["moderated"])
    telling.tell("moderated", to=[muting.pk], actor=mod, source=("post", 5))
    assert told() == {("dora", "moderated")}


def test_a_mail_is_due_only_to_those_who_want_it_and_have_an_address(alice, bob, member_named):
    quiet = member_named("dora", email_notifications=False)
    nowhere = member_named("emil")
    type(nowhere).objects.filter(pk=nowhere.pk).update(email="")
    telling.tell("answered", to=[alice.pk, quiet.pk, nowhere.pk], actor=bob, source=("post", 5))
    assert Notification.objects.count() == 3
    assert list(Mail.objects.values_list("notification__member__username", "sent_at")) == [("alice", None)]


def test_nobody_is_mailed_about_history(alice, bob):
    at = timezone.now() - timedelta(days=30)
    telling.tell("answered", to=[alice.pk], actor=bob, source=("post", 5), at=at)
    assert Notification.objects.get().created_at == at
    assert not Mail.objects.exists()


def test_the_bell_rings_once_for_all_and_only_where_a_mail_is_due(alice, bob, carol, member_named, monkeypatch):
    rung = []
    monkeypatch.setattr("events.bell.ring", lambda task, *ids: rung.append(task.name))
    telling.tell("answered", to=[alice.pk, carol.pk], actor=bob, source=("post", 5))
    telling.tell("answered", to=[member_named("dora", email_notifications=False).pk], actor=bob, source=("post", 5))
    assert rung == ["notifications.sweep"]


def test_what_was_not_committed_was_not_told(alice, bob):
    with transaction.atomic():
        telling.tell("answered", to=[alice.pk], actor=bob, source=("post", 5))
        transaction.set_rollback(True)
    assert not told()


def test_an_act_that_was_withdrawn_can_be_told_again(alice, mod):
    telling.tell("moderated", to=[alice.pk], actor=mod, source=("post", 5))
    Notification.objects.update(read_at=timezone.now())
    telling.withdraw("moderated", source=("post", 5))
    telling.tell("moderated", to=[alice.pk], actor=mod, source=("post", 5))
    assert Notification.objects.get().read_at is None


def test_telling_many_takes_one_statement(alice, member_named, django_assert_num_queries):
    ids = [member_named(f"m{n}").pk for n in range(30)]
    with django_assert_num_queries(3):  # savepoint, rows and mails, release
        telling.tell("replied", to=ids, actor=alice, source=("post", 5))
    assert Notification.objects.count() == 30
