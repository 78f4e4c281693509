"""A post office that is closed."""

from smtplib import SMTPServerDisconnected

from django.core.mail.backends.base import BaseEmailBackend


class BrokenBackend(BaseEmailBackend):
    def send_messages(self, email_messages: list) -> int:
        raise SMTPServerDisconnected("closed")
