"""Letters that come back and letters that are called spam, as mail servers tell of them."""

from __future__ import annotations

import io
import sys
import uuid
from base64 import urlsafe_b64encode

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.core.management import CommandError, call_command
from django.utils import timezone

from events.models import Event
from growth.campaigns.channels import letters
from growth.campaigns.devices import consenting
from growth.campaigns.models import Attempt, Consent, Receipt
from growth.campaigns.receiving import mail, returning
from tests.growth.campaigns.receiving import reports
from tests.growth.campaigns.receiving.reports import COMPLAINT, SEVERAL, TIMED_OUT
from tests.growth.campaigns.receiving.sending import letter

NOW = timezone.now()


def names():
    return list(Event.objects.exclude(name="signed_up").order_by("pk").values_list("name", flat=True))


def read(report, **changes):
    return [(one.kind, one.message, one.detail) for one in mail.read(reports.of(report, "<a@b>", **changes), NOW)]


def test_the_examples_of_the_rfcs_are_understood():
    assert read(TIMED_OUT) == [("bounced", "<a@b>", "4.0.0 smtp; 426 connection timed out")]
    gone = "5.0.0 (permanent failure) smtp; 550 … is not a registered gateway user"
    waits = "4.0.0 (hpnjld.njd.jp.com: host name lookup failure)"
    assert read(SEVERAL) == [("bounced", "<a@b>", gone), ("dead", "<a@b>", gone), ("bounced", "<a@b>", waits)]
    assert read(COMPLAINT) == [("complained", "<a@b>", "abuse SomeGenerator/1.0")]


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("5.1.1", ["bounced", "dead"]),
        ("5.4.1", ["bounced", "dead"]),
        ("5.2.2", ["bounced"]),
        ("5.7.26", ["bounced"]),
        ("4.2.2", ["bounced"]),
        ("five", ["bounced"]),
    ],
)
def test_an_address_is_dead_where_another_letter_would_not_arrive_either(status, kinds):
    assert [kind for kind, *_rest in read(TIMED_OUT, **{"4.0.0": status})] == kinds


def test_what_tells_of_no_fate_is_nothing():
    assert read(TIMED_OUT, failed="relayed") == read(TIMED_OUT, **{"Message-ID": "X-Was"}) == []
    assert read(COMPLAINT, **{"Feedback-Type: abuse": "Feedback-Type: not-spam"}) == []
    answering = {"Message-ID": "X-Was", "MIME-Version": "In-Reply-To: <c@d>\nMIME-Version"}
    assert read(TIMED_OUT, **answering)[0][1] == "<c@d>"
    whole = reports.of(TIMED_OUT, "<a@b>")
    for raw in (b"", b"\0\xff" * 500, b"Subject: hello\n\nbob", *(whole[:length] for length in range(0, 1500, 60))):
        assert all(one.message for one in mail.read(raw, NOW))


@pytest.mark.django_db
def test_an_address_that_is_dead_is_not_written_to_until_one_is_proved(alice):
    made = letter(alice)
    report = reports.of(SEVERAL, made.external_id)
    assert (returning.take(report, timezone.now()), returning.take(report, timezone.now())) == (3, 0)
    topic = made.delivery.campaign.topic
    assert consenting.allowed([alice.pk], topic, ["email", "inapp"]) == {alice.pk: {"inapp"}}
    assert not names()  # no word of hers
    address = EmailAddress.objects.create(user=alice, email="new@example.org", verified=True)
    email_confirmed.send(EmailAddress, request=None, email_address=address)
    assert consenting.allowed([alice.pk], topic, ["email"]) == {alice.pk: {"email"}}


@pytest.mark.django_db
def test_what_a_member_said_of_letters_outlasts_a_bounce(alice):
    consenting.say(alice, channel="email", allowed=False, source="preferences")
    returning.take(reports.of(SEVERAL, letter(alice).external_id), timezone.now())
    consenting.lift(alice, channel="email")
    assert not Consent.objects.get().allowed


@pytest.mark.django_db
def test_a_letter_called_spam_is_the_last_on_its_topic(alice):
    made = letter(alice)
    returning.take(reports.of(COMPLAINT, made.external_id), timezone.now())
    assert names() == ["complained", "unsubscribed"]
    assert Receipt.objects.get().attempt == made


@pytest.mark.django_db
def test_a_report_on_a_letter_that_its_writer_never_saw_is_not_believed(alice):
    made = letter(alice)
    guessed = urlsafe_b64encode(made.delivery.message_id.bytes + bytes(letters.SIGNED)).decode()
    for named in (f"<{guessed}@localhost>", f"<{made.delivery.message_id}@localhost>", "<a@b>"):
        assert returning.take(reports.of(COMPLAINT, named), timezone.now()) == 0
    assert not Receipt.objects.exists()


def piped(monkeypatch, raw):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out = io.StringIO()
    call_command("receive_mail", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_mail_server_pipes_it_and_keeps_what_is_too_early(alice, monkeypatch):
    made = letter(alice)
    report = reports.of(TIMED_OUT, made.external_id)
    assert piped(monkeypatch, report + b"x" * 2_000_000) == "1 receipts.\n"
    assert piped(monkeypatch, b"Subject: hello\n\n") == "0 receipts.\n"
    Attempt.objects.update(external_id="")
    with pytest.raises(CommandError) as refusal:
        piped(monkeypatch, report)
    assert refusal.value.returncode == 75


def test_the_name_of_a_letter_is_known_again():
    one, other = (letters.name(uuid.uuid4()) for _letter in range(2))
    assert letters.is_ours(one)
    assert not letters.is_ours(one[:20] + other[20:])
