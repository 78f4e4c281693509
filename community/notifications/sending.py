"""Mail the notifications that are due: none is lost and none is sent twice, whoever is killed when.

One transaction for each mail: lock its row, write down that it is sent, send it, commit. A worker that is killed
before the mail server has taken the mail leaves nothing behind: PostgreSQL forgets the mark and lets go of the row at
once, and the server forgets a mail whose end it has not seen. The mark stands before the server is asked and only the
commit comes after its answer, so what remains is the time between the server's decision to take the mail and that
commit. No sender can close this gap (RFC 1047); here it is the way of the server's answer and some 30 µs, because
the commit does not wait for the disk; the next statement does. A mail repeated in this gap carries the same
Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.mail import get_connection
from django.db import connection, transaction
from django.utils import timezone

from community.notifications import letters
from community.notifications.models import Mail

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
        with get_connection() as outbox:
            return _drain(outbox)
    except OSError as error:  # smtplib's faults are OSErrors too
        cache.set(AWAY, True, AWAY_SECONDS)
        logger.warning("the mail server is away: %s", error)
        return 0


def pause(tries: int) -> timedelta:
    """How long after the try with this number (from 1) the next one is due."""
    return min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)


def _drain(outbox: Any) -> int:
    sent, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until and (was_sent := _send_next(outbox)) is not None:
        sent += was_sent
    return sent


def _send_next(outbox: Any) -> bool | None:
    """Whether the next due mail was sent; None where none is due. Raises OSError where it is the server's fault."""
    fault: OSError | None = None
    with transaction.atomic():
        mail = _next()
        if mail is None:
            return None
        sent = False
        try:
            sent = _send(outbox, mail)
        except REFUSALS as error:
            _refused(mail, error)
        except OSError as error:
            _postpone(mail)
            fault = error
        except Exception:
            logger.exception("the mail of notification %s could not be sent", mail.pk)
            _postpone(mail)
    if fault:
        raise fault
    if sent:
        _flush()
    return sent


def _next() -> Mail | None:
    """The next due mail that no other worker holds, locked."""
    due = Mail.objects.due(timezone.now()).select_related("notification__member", "notification__actor")
    return due.select_for_update(of=("self",), skip_locked=True).first()


def _send(outbox: Any, mail: Mail) -> bool:
    letter = letters.compose(mail.notification)
    if letter is None:
        mail.delete()
        return False
    mail.sent_at = timezone.now()
    mail.save(update_fields=["sent_at"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    outbox.send_messages([letter])
    return True


def _flush() -> None:
    """Wait until the commit is on the disk: this writes a record behind it, and waits for that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(true, 'notifications', '')")


def _refused(mail: Mail, error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> None:
    """The server does not want this mail: 4xx, try again later; 5xx, never."""
    logger.warning("the mail of notification %s was refused: %s", mail.pk, error)
    if isinstance(error, smtplib.SMTPDataError):
        code = error.smtp_code
    else:
        code = min(code for code, _answer in error.recipients.values())
    if code < 500:
        _postpone(mail)
    else:
        mail.delete()


def _postpone(mail: Mail) -> None:
    mail.sent_at = None
    mail.tries += 1
    mail.due_at = timezone.now() + pause(mail.tries)
    mail.save(update_fields=["sent_at", "tries", "due_at"])
