"""Mail over a real SMTP conversation: each once, tried again when refused, never against the reader's wish."""

import re
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from community.forum.models import Category
from community.notifications import letters, reading, sending, tasks, telling
from community.notifications.models import Mail, Notification
from tests import builders


@pytest.fixture
def answered(alice, bob) -> Notification:
    """Alice was told that Bob answered her, and is to be mailed."""
    topic = builders.question(alice, title="Why is the sky <blue>?")
    builders.answer(topic, bob, body="Because of *Rayleigh* scattering.")
    return Notification.objects.get(member=alice)


def again() -> None:
    """The pause is over."""
    Mail.objects.update(due_at=timezone.now())
    cache.clear()


def elsewhere(act: Callable[[], None]) -> Callable[[object], None]:
    """Called by the office: `act` in a thread with its own database connection, while the mail is on its way."""

    def run() -> None:
        act()
        connection.close()

    return lambda _letter: ThreadPoolExecutor(1).submit(run).result()


def state(row: Notification) -> str:
    mail = Mail.objects.filter(notification=row).first()
    return "dropped" if mail is None else "sent" if mail.sent_at else "waiting"


def test_the_mail_says_who_what_and_where_and_how_to_stop_it(office, answered):
    assert sending.send_due() == 1
    (letter,) = office.taken
    assert letter["To"] == "alice@example.org"
    assert letter["Subject"].strip() == "[Flywheel] bob answered “Why is the sky <blue>?”"
    assert letter["Message-ID"] == f"<notification-{answered.pk}@testserver>"
    stop = re.fullmatch(r"<(http://testserver/inbox/unsubscribe/[\w:-]+/)>", letter["List-Unsubscribe"].strip())
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (letter.get_body([kind]).get_content() for kind in ("plain", "html"))
    for body in (text, html):
        assert "Because of Rayleigh scattering." in body
        assert f"http://testserver/p/{answered.source_id}/" in body
        assert stop
        assert stop[1] in body
    assert "Why is the sky <blue>?" in text
    assert "Why is the sky &lt;blue&gt;?" in html
    assert state(answered) == "sent"


def test_a_second_run_sends_nothing(office, answered):
    assert [sending.send_due(), sending.send_due()] == [1, 0]
    assert len(office.taken) == 1


def test_many_mails_share_one_conversation(office, alice, bob, monkeypatch):
    opened = []
    connect = smtplib.SMTP.connect
    monkeypatch.setattr(smtplib.SMTP, "connect", lambda self, *args: opened.append(1) or connect(self, *args))
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
    assert state(answered) == "dropped"
    assert not office.taken


def test_what_was_read_meanwhile_is_not_mailed(office, answered, alice):
    reading.seen(alice, [("post", answered.source_id)])
    assert sending.send_due() == 0
    assert state(answered) == "dropped"


def test_what_the_reader_may_no_longer_read_is_not_mailed(office, answered):
    Category.objects.update(readers="moderators")
    assert sending.send_due() == 0
    assert state(answered) == "dropped"


def test_an_address_that_was_not_confirmed_gets_nothing(office, answered, alice):
    address = EmailAddress.objects.create(user=alice, email="Alice@example.org", verified=False)
    assert sending.send_due() == 0
    address.delete()
    Mail.objects.create(notification=answered)
    assert sending.send_due() == 1


def test_a_mail_refused_for_now_is_tried_again_after_a_growing_pause(office, answered):
    office.at_recipient = lambda address: "451 greylisted"
    for _ in range(3):
        assert sending.send_due() == 0
        assert sending.send_due() == 0  # the pause holds
        again()
    assert answered.mail.tries == 3
    office.at_recipient = lambda address: None
    assert sending.send_due() == 1
    assert state(answered) == "sent"


def test_a_mail_refused_for_now_at_its_end_is_tried_again(office, answered):
    office.at_end = lambda letter: "452 no room"
    assert sending.send_due() == 0
    assert state(answered) == "waiting"
    office.at_end = lambda letter: None
    again()
    assert sending.send_due() == 1


@pytest.mark.parametrize("place", ["at_recipient", "at_end"])
def test_a_mail_refused_for_good_is_not_tried_again(office, answered, place):
    setattr(office, place, lambda what: "550 no such mailbox")
    sending.send_due()
    assert state(answered) == "dropped"


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
    assert Mail.objects.get(notification__member=alice).tries == 1


def test_while_the_mail_server_is_away_nothing_is_lost_and_nobody_hammers_it(settings, answered, monkeypatch, office):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    connected = []
    connect = smtplib.SMTP.connect
    monkeypatch.setattr(smtplib.SMTP, "connect", lambda self, *args: connected.append(1) or connect(self, *args))
    for _ in range(5):
        assert sending.send_due() == 0
    assert len(connected) == 1
    assert state(answered) == "waiting"
    settings.EMAIL_PORT = port
    again()
    assert sending.send_due() == 1


def test_a_server_that_falls_silent_after_the_end_is_given_the_mail_again(office, answered):
    office.hangs_up = True
    assert sending.send_due() == 0
    assert state(answered) == "waiting"
    office.hangs_up = False
    again()
    assert sending.send_due() == 1
    assert len(set(office.ids)) == 1  # the receiver can tell that it is the same


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_one_worker_is_sending_is_passed_over_by_another(office, answered):
    found = []

    def look_as_another() -> None:
        with transaction.atomic():
            found.append(sending._next())

    office.at_end = elsewhere(look_as_another)
    assert sending.send_due() == 1
    assert found == [None]
    assert len(office.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_reading_does_not_wait_for_a_mail_that_is_being_sent(office, answered, alice):
    read = []

    def read_meanwhile() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        read.append(reading.seen(alice, [("post", answered.source_id)]))

    office.at_end = elsewhere(read_meanwhile)
    assert sending.send_due() == 1
    assert read == [1]


def test_pauses_grow_to_four_hours():
    assert [sending.pause(n).total_seconds() for n in (1, 2, 3)] == [30, 60, 120]
    assert sending.pause(1000) == timedelta(hours=4)


def test_a_mail_is_given_up_after_five_days(office, answered):
    Notification.objects.update(created_at=timezone.now() - Mail.RETRIED_FOR)
    assert sending.send_due() == 0


def test_other_ways_of_mailing_have_no_dot_to_wait_for(answered):
    assert sending.send_due() == 1  # the tests' own backend keeps mail in memory
    assert len(mail.outbox) == 1
    assert state(answered) == "sent"
