"""Mail over a real SMTP conversation: each once, tried again when refused, never against the reader's wish."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from community.forum.models import Category
from community.notifications import letters, reading, sending, smtp, tasks, telling
from community.notifications.models import RETRIED_FOR, Notification
from tests import builders


@pytest.fixture
def answered(alice, bob) -> Notification:
    """Alice was told that Bob answered her, and is to be mailed."""
    topic = builders.question(alice, title="Why is the sky <blue>?")
    builders.answer(topic, bob, body="Because of *Rayleigh* scattering.")
    return Notification.objects.get(member=alice)


def again() -> None:
    """The pause is over."""
    Notification.objects.update(email_after=timezone.now())
    cache.clear()


def state(row: Notification) -> tuple[bool, bool]:
    row.refresh_from_db()
    return row.email_due, row.emailed_at is not None


def test_the_mail_says_who_what_and_where_and_how_to_stop_it(office, answered):
    assert sending.send_due() == 1
    (letter,) = office.taken
    assert letter["To"] == "alice@example.org"
    assert letter["Subject"].strip() == "[Flywheel] bob answered “Why is the sky <blue>?”"
    assert letter["Message-ID"] == f"<notification-{answered.pk}@testserver>"
    stop = re.fullmatch(r"<(http://testserver/inbox/unsubscribe/[\w:-]+/)>", letter["List-Unsubscribe"])
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (letter.get_body([kind]).get_content() for kind in ("plain", "html"))
    for body in (text, html):
        assert "Because of Rayleigh scattering." in body
        assert f"http://testserver/p/{answered.source_id}/" in body
        assert stop
        assert stop[1] in body
    assert "Why is the sky <blue>?" in text
    assert "Why is the sky &lt;blue&gt;?" in html
    assert state(answered) == (False, True)


def test_a_second_run_sends_nothing(office, answered):
    assert [sending.send_due(), sending.send_due()] == [1, 0]
    assert len(office.taken) == 1


def test_many_mails_share_one_conversation(office, alice, bob, monkeypatch):
    opened = []
    connect = smtp._Plain.connect
    monkeypatch.setattr(smtp._Plain, "connect", lambda self, *args: opened.append(1) or connect(self, *args))
    for n in range(5):
        telling.tell("followed", to=[alice.pk], actor=bob, source=("member", builders.member(f"f{n}").pk))
    tasks.sweep()
    assert len(set(office.ids)) == 5
    assert len(opened) == 1


def test_the_mail_speaks_the_language_of_its_reader(office, answered, alice):
    type(alice).objects.filter(pk=alice.pk).update(language="zh-hans")
    sending.send_due()
    assert 'lang="zh-hans"' in office.taken[0].get_body(["html"]).get_content()


@pytest.mark.parametrize(
    "fields",
    [{"email_notifications": False}, {"muted_kinds": ["answered"]}, {"is_active": False}, {"email": ""}],
    ids=lambda fields: next(iter(fields)),
)
def test_consent_is_asked_again_when_the_mail_goes(office, answered, alice, fields):
    type(alice).objects.filter(pk=alice.pk).update(**fields)
    assert sending.send_due() == 0
    assert state(answered) == (False, False)
    assert not office.taken


def test_what_was_read_meanwhile_is_not_mailed(office, answered, alice):
    reading.seen(alice, [("post", answered.source_id)])
    assert sending.send_due() == 0
    assert state(answered) == (False, False)


def test_what_the_reader_may_no_longer_read_is_not_mailed(office, answered):
    Category.objects.update(readers="moderators")
    assert sending.send_due() == 0
    assert state(answered) == (False, False)


def test_an_address_that_was_not_confirmed_gets_nothing(office, answered, alice):
    address = EmailAddress.objects.create(user=alice, email="Alice@example.org", verified=False)
    assert sending.send_due() == 0
    address.delete()
    Notification.objects.update(email_due=True)
    again()
    assert sending.send_due() == 1


def test_a_mail_refused_for_now_is_tried_again_after_a_growing_pause(office, answered):
    office.at_recipient = lambda address: "451 greylisted"
    for _ in range(3):
        assert sending.send_due() == 0
        assert sending.send_due() == 0  # the pause holds
        again()
    assert answered.email_tries == 0
    answered.refresh_from_db()
    assert answered.email_tries == 3
    office.at_recipient = lambda address: None
    assert sending.send_due() == 1
    assert state(answered) == (False, True)


def test_a_mail_refused_for_now_at_its_end_is_tried_again(office, answered):
    office.at_end = lambda letter: "452 no room"
    assert sending.send_due() == 0
    assert state(answered) == (True, False)
    office.at_end = lambda letter: None
    again()
    assert sending.send_due() == 1


@pytest.mark.parametrize("place", ["at_recipient", "at_end"])
def test_a_mail_refused_for_good_is_not_tried_again(office, answered, place):
    setattr(office, place, lambda what: "550 no such mailbox")
    sending.send_due()
    assert state(answered) == (False, False)


def test_one_refused_mail_does_not_hold_up_the_others(office, alice, bob, carol):
    office.at_recipient = lambda address: "550 no" if address.startswith("alice") else None
    telling.tell("followed", to=[alice.pk, carol.pk], actor=bob, source=("member", bob.pk))
    assert sending.send_due() == 1
    assert [letter["To"] for letter in office.taken] == ["carol@example.org"]


def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(office, alice, bob, carol, monkeypatch):
    compose = letters.compose
    monkeypatch.setattr(letters, "compose", lambda row: 1 / 0 if row.member == alice else compose(row))
    telling.tell("followed", to=[alice.pk, carol.pk], actor=bob, source=("member", bob.pk))
    assert sending.send_due() == 1
    assert Notification.objects.get(member=alice).email_tries == 1


def test_while_the_mail_server_is_away_nothing_is_lost_and_nobody_hammers_it(settings, answered, monkeypatch, office):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    connected = []
    connect = smtp._Plain.connect
    monkeypatch.setattr(smtp._Plain, "connect", lambda self, *args: connected.append(1) or connect(self, *args))
    for _ in range(5):
        assert sending.send_due() == 0
    assert len(connected) == 1
    assert state(answered) == (True, False)
    settings.EMAIL_PORT = port
    again()
    assert sending.send_due() == 1


def test_a_server_that_falls_silent_after_the_end_is_given_the_mail_again(office, answered):
    office.hangs_up = True
    assert sending.send_due() == 0
    assert state(answered) == (True, False)
    office.hangs_up = False
    again()
    assert sending.send_due() == 1
    assert len(set(office.ids)) == 1  # the receiver can tell that it is the same


def test_the_worker_that_comes_second_to_the_dot_gives_the_mail_up(office, answered):
    """A lease that ran out while its holder was still writing: both get as far as the dot, one goes on."""
    Notification.objects.filter(pk=answered.pk).update(emailed_at=timezone.now())
    claimed = Notification.objects.select_related("member", "actor").get(pk=answered.pk)
    with sending.get_connection() as outbox:
        assert sending._send(outbox, claimed) is False
    assert not office.taken
    assert state(answered) == (True, True)


def test_two_workers_do_not_claim_the_same_mail(answered):
    assert sending._claim() == answered
    assert sending._claim() is None


def test_pauses_grow_to_four_hours():
    assert [sending.pause(n).total_seconds() for n in (1, 2, 3)] == [15, 30, 60]
    assert sending.pause(1000) == timedelta(hours=4)


def test_a_mail_is_given_up_after_five_days(office, answered):
    Notification.objects.update(created_at=timezone.now() - RETRIED_FOR)
    assert sending.send_due() == 0


def test_a_mail_whose_worker_died_unanswered_is_listed(answered):
    now = timezone.now()
    Notification.objects.update(emailed_at=now - timedelta(minutes=11))
    assert list(Notification.objects.unconfirmed(now)) == [answered]
    Notification.objects.update(email_due=False)
    assert not Notification.objects.unconfirmed(now)


def test_other_ways_of_mailing_have_no_dot_to_wait_for(answered):
    assert sending.send_due() == 1  # the tests' own backend keeps mail in memory
    assert len(mail.outbox) == 1
    assert state(answered) == (False, True)
