"""Letters, to a mail server that checks them."""

import asyncio
import threading
import time
import uuid

import pytest
from django.core.mail.backends.dummy import EmailBackend

from growth.campaigns.channels import letters
from growth.campaigns.channels.email import Email
from growth.campaigns.channels.interface import Carrier, Sending, Target
from growth.campaigns.channels.sessions import opened
from growth.campaigns.sending.sending import NOT_ANSWERED, NOT_MADE, Batch
from tests.growth.campaigns.channels.rigs import free_port, message
from tests.growth.campaigns.channels.running import run
from tests.growth.campaigns.servers import smtp

UNSUBSCRIBE = "https://forum.example/m/stop/abc/"


def letter(to="alice@example.org", carrier=None, **changes):
    told = message(**{"unsubscribe_url": UNSUBSCRIBE, **changes})
    target = Target("email", {"email": to}, None, None, member_id=1)
    return Sending(told, target, carrier or Carrier("mail", "email"), str(uuid.uuid4()))


def posted(server, *sendings, config=None):
    """The outcomes, sent one after the other."""

    async def scenario():
        async with smtp.running(server) as port, opened() as session:
            own = Carrier("post", "email", {"host": "127.0.0.1", "port": port, "use_tls": False, **(config or {})})
            made = [Sending(one.message, one.target, own, one.idempotency_key) for one in sendings]
            outcomes = [await Email().send(one, session) for one in made]
            server.faults.released.set()
            return outcomes

    return run(scenario())


def test_a_letter_arrives_and_can_be_unsubscribed_from_by_one_click():
    server, sending = smtp.MailServer(), letter(action="Answer", image="https://forum.example/i.png")
    (outcome,) = posted(server, sending, config={"from": "Team <team@forum.example>"})
    (taken,) = server.ledger.shown
    assert (outcome.kind, outcome.external_id) == ("accepted", taken["Message-ID"])
    assert taken["Message-ID"] == letters.name(sending.message.message_id)
    assert (taken["To"], taken["From"]) == ("alice@example.org", "Team <team@forum.example>")
    assert taken["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    plain, html = (taken.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert sending.message.body in plain
    assert sending.message.url in plain
    assert UNSUBSCRIBE in plain
    assert "Answer</a>" in html
    assert 'src="https://forum.example/i.png"' in html


def test_a_letter_without_it_is_refused_there():
    (outcome,) = posted(server := smtp.MailServer(), letter(unsubscribe_url=""))
    assert (outcome.kind, outcome.code) == ("rejected", 550)
    assert server.ledger.refused == {"no List-Unsubscribe-Post": 1}


def test_what_members_wrote_is_text_and_no_markup():
    server = smtp.MailServer()
    posted(server, letter(body="<script>alert(1)</script>", title='"<b>'))
    html = server.ledger.shown[0].get_body(["html"]).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_letters_follow_one_another_over_one_connection(monkeypatch):
    monkeypatch.setattr("growth.campaigns.channels.letterbox.THREADS", 1)
    server = smtp.MailServer()
    assert {outcome.kind for outcome in posted(server, *[letter() for _number in range(5)])} == {"accepted"}
    assert len(server.sessions) == 1


@pytest.mark.parametrize(
    ("to", "kind", "scope"),
    [
        ("gone", "dead_token", ""),
        ("odd", "dead_token", ""),
        ("spam", "rejected", ""),
        ("full", "retry", ""),
        ("busy", "throttled", "carrier"),
    ],
)
def test_what_the_server_says_of_an_address(to, kind, scope):
    refused, taken = posted(server := smtp.MailServer(), letter(f"{to}@example.org"), letter())
    assert (refused.kind, refused.scope, taken.kind) == (kind, scope, "accepted")
    assert refused.reason == smtp.REFUSALS[to]
    assert server.ledger.seen()["messages"] == 1


def test_a_letter_that_may_come_later_is_tried_again():
    server = smtp.MailServer()
    server.faults.queue.append("503")
    first, second = posted(server, letter(), letter())
    assert (first.kind, first.code, first.is_unknown, second.kind) == ("retry", 451, False, "accepted")


def test_a_letter_whose_answer_is_missing_is_unknown_and_the_next_one_goes_out():
    server = smtp.MailServer()
    server.faults.queue.append("close")
    first, second = posted(server, letter(), letter())
    assert first.is_unknown
    assert second.kind == "accepted"
    assert server.ledger.seen()["messages"] == 2


def test_a_server_that_never_answers_a_letter_leaves_it_unknown(settings):
    settings.EMAIL_TIMEOUT = 0.2
    server = smtp.MailServer()
    server.faults.queue.append("silence")
    (outcome,) = posted(server, letter())
    assert outcome.is_unknown


def test_no_mail_server_is_no_unknown():
    own = Carrier("post", "email", {"host": "127.0.0.1", "port": free_port(), "use_tls": False})

    async def scenario():
        async with opened() as session:
            return await Email().send(letter(carrier=own), session)

    outcome = run(scenario())
    assert (outcome.kind, outcome.is_unknown) == ("retry", False)


def test_a_server_that_knows_no_passwords_is_the_providers_fault():
    (outcome,) = posted(smtp.MailServer(), letter(), config={"username": "team"})
    assert (outcome.kind, outcome.scope) == ("rejected", "carrier")


def test_without_a_server_of_its_own_the_sites_mail_is_used(mailoutbox):
    async def scenario():
        async with opened() as session:
            return await Email().send(letter(subject="Two\nlines"), session)

    assert run(scenario()).kind == "accepted"
    assert [one.subject for one in mailoutbox] == ["Two lines"]


def test_a_subject_has_an_end():
    assert Email().check(message(subject="x" * 200), Carrier("mail", "email")) == []
    assert len(Email().check(message(subject="x" * 201), Carrier("mail", "email"))) == 1


def test_of_letters_in_line_when_the_time_is_over_those_not_begun_were_not_made(monkeypatch):
    monkeypatch.setattr("growth.campaigns.channels.letterbox.THREADS", 1)
    begun, free = threading.Event(), threading.Event()

    class Slow(EmailBackend):
        def open(self):
            begun.set()
            free.wait(5)

    monkeypatch.setattr("growth.campaigns.channels.email.get_connection", Slow)

    async def scenario():
        async with opened() as session:
            batch = Batch([letter() for _number in range(3)], until=time.monotonic() + 60)
            await batch.go(session, seconds=0)
            await asyncio.to_thread(begun.wait, 5)
            batch._until = time.monotonic()  # noqa: SLF001 (the time is over)
            await batch.go(session, seconds=0)
            free.set()
            return batch.outcomes

    assert run(scenario()) == [NOT_ANSWERED, NOT_MADE, NOT_MADE]
