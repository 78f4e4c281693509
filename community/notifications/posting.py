"""Handing a mail to the server in two halves: all of it, with its end, and then, apart from that, the answer."""

from __future__ import annotations

import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address


class Outbox:
    """An open connection of the site's mail backend; one that is not SMTP (files, memory, an API) has no halves."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.server: smtplib.SMTP | None = backend.connection if isinstance(backend, smtp.EmailBackend) else None

    def hand_over(self, letter: EmailMessage) -> None:
        """Returns as soon as the mail and its end are on their way. Raises smtplib's refusals, and OSError."""
        if self.server is None:
            self._backend.send_messages([letter])
            return
        try:
            _talk(self.server, letter)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            self.server.rset()
            raise

    def answer(self) -> None:
        """Wait for the server to say that it took what was handed over. Raises SMTPDataError where it did not."""
        if self.server:
            code, text = self.server.getreply()
            if code != 250:
                raise smtplib.SMTPDataError(code, text)


def _talk(server: smtplib.SMTP, letter: EmailMessage) -> None:
    server.ehlo_or_helo_if_needed()
    sender, (to,) = letter.from_email, (sanitize_address(to, "utf-8") for to in letter.recipients())
    code, text = server.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, text, sender)
    code, text = server.rcpt(to)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({to: (code, text)})
    code, text = server.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPDataError(code, text)
    lines = letter.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    server.send(smtplib._quote_periods(lines).removesuffix(b"\r\n") + b"\r\n.\r\n")  # type: ignore[attr-defined]


@contextmanager
def open_outbox() -> Iterator[Outbox]:
    with get_connection() as backend:
        outbox = Outbox(backend)
        with _held_open(outbox.server.sock) if outbox.server else nullcontext():
            yield outbox


@contextmanager
def _held_open(connection: Any, seconds: int = 10) -> Iterator[None]:
    """Should this process be killed, the connection stays open for a while: a shell holds a copy of it.

    Some servers (aiosmtpd for one) drop a mail, whole as it is, whose sender hangs up before their answer.
    """
    holder = subprocess.Popen(
        ["/bin/sh", "-c", f"read _; sleep {seconds}"],
        stdin=subprocess.PIPE,  # ends with this process, however it ends
        pass_fds=[connection.fileno()],
        start_new_session=True,
    )
    try:
        yield
    finally:
        holder.kill()
        holder.communicate()
