"""Mail the notifications that are due, so that none is lost and none is sent twice, whoever is killed when.

1. claim: the row's `email_after` moves on. That is the lease, and the pause before the next try if this one fails.
2. All of the mail but its end goes to the server, which forgets it if we die here.
3. `emailed_at` is set where it is still null (one worker only wins), committed, and the final dot is sent.
4. The server's answer: taken → `email_due` is cleared; refused or silent → `emailed_at` is null again.

Killed before 3, the mail is sent later; killed after it, the server has the whole mail and delivers it. What is left
is the time between the commit and the dot, in which no program can do both at once: some tens of microseconds. Such
a row, and any killed before 4, keeps both marks: `Notification.objects.unconfirmed()`, shown in admin, never guessed.
"""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from community.notifications import letters, smtp
from community.notifications.models import Notification

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=4)
RUN_SECONDS = 120  # of one task; the next sweep goes on
AWAY, AWAY_SECONDS = "notifications:mail-server-away", 30


class Taken(Exception):
    """Another worker has handed this mail over, or is about to."""


def send_due() -> int:
    """Send what is due, one mail at a time; the number sent. While the mail server is away, nothing is tried."""
    if cache.get(AWAY) or not Notification.objects.to_email(timezone.now()).exists():
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
    while time.monotonic() < until and (row := _claim()):
        sent += _send(outbox, row)
    return sent


def _claim() -> Notification | None:
    now = timezone.now()
    with transaction.atomic():
        due = Notification.objects.to_email(now).select_related("member", "actor")
        row = due.select_for_update(of=("self",), skip_locked=True).first()
        if row:
            row.email_tries += 1
            row.email_after = now + pause(row.email_tries)
            row.save(update_fields=["email_tries", "email_after"])
    return row


def _send(outbox: Any, row: Notification) -> bool:
    """Whether the mail was sent. Raises OSError where it is the server that is at fault, not this mail."""
    try:
        letter = letters.compose(row)
    except Exception:
        logger.exception("the mail of notification %s could not be written", row.pk)
        return False
    if letter is None:
        _finish(row)
        return False
    try:
        _hand_over(outbox, letter, row)
    except Taken:
        return False
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        _refused(row, error)
        return False
    except OSError:
        _reopen(row)
        raise
    _finish(row)
    return True


def _hand_over(outbox: Any, letter: smtp.Letter, row: Notification) -> None:
    letter.at_the_dot = partial(_take, row)
    if not isinstance(outbox, smtp.EmailBackend):  # files, memory, a provider's API: no dot to wait for
        letter.at_the_dot()
    outbox.open()  # a mail that was given up at its dot has closed the connection
    outbox.send_messages([letter])


def _take(row: Notification) -> None:
    now = timezone.now()
    if not Notification.objects.filter(pk=row.pk, emailed_at=None).update(emailed_at=now):
        raise Taken
    row.emailed_at = now


def _reopen(row: Notification) -> None:
    if row.emailed_at:  # ours: had it been another's, we would not have got past _take
        Notification.objects.filter(pk=row.pk, emailed_at=row.emailed_at).update(emailed_at=None)


def _finish(row: Notification) -> None:
    Notification.objects.filter(pk=row.pk).update(email_due=False)


def _refused(row: Notification, error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> None:
    """The server does not want this mail: 4xx, try again later; 5xx, never."""
    logger.warning("the mail of notification %s was refused: %s", row.pk, error)
    _reopen(row)
    if isinstance(error, smtplib.SMTPDataError):
        code = error.smtp_code
    else:
        code = min(code for code, _answer in error.recipients.values())
    if code >= 500:
        _finish(row)
