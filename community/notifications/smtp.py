"""SMTP with a pause before the final dot: the moment from which the mail is the server's.

RFC 1047 describes the gap: a sender that dies between the dot and the server's answer does not know whether the
mail was taken. With the pause, the sender can write down first that it is about to hand the mail over.
"""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends import smtp

# How long the server may think about a mail (RFC 5321 4.5.3.2.6 allows ten minutes; a task may not take as long).
ANSWER_SECONDS = 60


class Letter(EmailMultiAlternatives):
    """A mail with `at_the_dot`, called when all but its end has been sent. If that raises, the mail is not sent."""

    at_the_dot: Callable[[], None] = staticmethod(lambda: None)


class _Pausing:
    at_the_dot: Callable[[], None] = staticmethod(lambda: None)

    def data(self: Any, msg: bytes) -> tuple[int, bytes]:
        """As in smtplib, in two sends: the text, and then, after `at_the_dot`, its end."""
        code, answer = self.docmd("data")
        if code != 354:
            raise smtplib.SMTPDataError(code, answer)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the dot waits 40 ms for an ACK
        try:
            text = smtplib._quote_periods(msg)  # type: ignore[attr-defined]
            self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
            self.at_the_dot()
        except BaseException:
            self.close()  # without the dot the server drops what it has
            raise
        self.sock.settimeout(ANSWER_SECONDS)
        self.send(b".\r\n")
        answered: tuple[int, bytes] = self.getreply()
        self.sock.settimeout(self.timeout)
        return answered


class _Plain(_Pausing, smtplib.SMTP):
    pass


class _Encrypted(_Pausing, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain

    def _send(self, email_message: Any) -> bool:
        self.connection.at_the_dot = getattr(email_message, "at_the_dot", _Pausing.at_the_dot)
        return super()._send(email_message)  # type: ignore[misc]
