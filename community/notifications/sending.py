"""Mail the notifications that are due: none is lost and none is sent twice, whoever is killed when.

One transaction for each mail: lock its row, write down that it is sent, talk to the mail server up to the end of the
mail, commit; only then wait for the server's answer, and undo the mark if it refuses.

Killed before the end is sent, a worker leaves nothing behind: the server forgets a mail without an end, PostgreSQL
the mark, and it lets go of the row at once. Killed after the commit, the server has the whole mail and time to take
it (posting.py). What no program can do is both at once: the end of the mail leaves some 50 µs before the commit, and a
worker killed within them leaves a mail that will be sent again, with the same Message-ID. (RFC 1047 tells of the gap
of those who wait for the answer first: it is as long as the server thinks.) The commit does not wait for the disk;
the next statement does.
"""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import timedelta

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from community.notifications import letters
from community.notifications.models import Mail
from community.notifications.posting import Outbox, open_outbox

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=4)
RUN_SECONDS = 120  # of one task; the next sweep goes on
AWAY, AWAY_SECONDS = "notifications:mail-server-away", 30

REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


def send_due() -> int:
    """Send what is due, one mail at a time; the number sent. While the mail server is away, nothing is tried."""
    if cache.get(AWAY) or not Mail.objects.due(timezone.now()).exists():
        return 0
    try:
        with open_outbox() as outbox:
            return _drain(outbox)
    except OSError as error:  # smtplib's faults are OSErrors too
        cache.set(AWAY, True, AWAY_SECONDS)
        logger.warning("the mail server is away: %s", error)
        return 0


def pause(tries: int) -> timedelta:
    """How long after the try with this number (from 1) the next one is due."""
    return min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)


def _drain(outbox: Outbox) -> int:
    sent, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until and (was_sent := _send_next(outbox)) is not None:
        sent += was_sent
    return sent


def _send_next(outbox: Outbox) -> bool | None:
    """Whether the next due mail was sent; None where none is due. Raises OSError where it is the server's fault."""
    with transaction.atomic():
        mail = _next()
        if mail is None:
            return None
        fault = _hand_over(outbox, mail)
    if fault is None and mail.sent_at:
        _flush()
        fault = _hear(outbox, mail)
    if isinstance(fault, OSError) and not isinstance(fault, REFUSALS):
        raise fault
    return mail.sent_at is not None


def _hand_over(outbox: Outbox, mail: Mail) -> Exception | None:
    """Send the mail, or see that it is not wanted, or put it off for a fault, which is returned."""
    try:
        letter = letters.compose(mail.notification)
        if letter is None:
            mail.delete()
            return None
        mail.sent_at = timezone.now()
        mail.save(update_fields=["sent_at"])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        outbox.hand_over(letter)
    except Exception as fault:
        _put_off(mail, fault)
        return fault
    return None


def _hear(outbox: Outbox, mail: Mail) -> Exception | None:
    try:
        outbox.answer()
    except OSError as fault:
        _put_off(mail, fault)
        return fault
    return None


def _next() -> Mail | None:
    """The next due mail that no other worker holds, locked."""
    due = Mail.objects.due(timezone.now()).select_related("notification__member", "notification__actor")
    return due.select_for_update(of=("self",), skip_locked=True).first()


def _flush() -> None:
    """Wait until the commit is on the disk: this writes a record behind it, and waits for that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(true, 'notifications', '')")


def _put_off(mail: Mail, fault: Exception) -> None:
    """Try again later, or never where the server has said that it does not want this mail (5xx)."""
    mail.sent_at = None
    unexpected = not isinstance(fault, OSError)  # smtplib's faults are OSErrors too
    logger.warning("the mail of notification %s was not sent: %s", mail.pk, fault, exc_info=unexpected)
    if isinstance(fault, REFUSALS) and _code(fault) >= 500:
        mail.delete()
        return
    mail.tries += 1
    mail.due_at = timezone.now() + pause(mail.tries)
    mail.save(update_fields=["sent_at", "tries", "due_at"])


def _code(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(refusal, smtplib.SMTPDataError):
        return refusal.smtp_code
    return min(code for code, _answer in refusal.recipients.values())
