"""Letters, by the site's mail server or by one of a provider's own, with unsubscribing by one click (RFC 8058).

Provider: config {"from": address, optional; "bounces": where letters come back to, else there; "host", "port",
"username", "use_tls", "use_ssl" of its server, else the site's is used}, secret {"password"}.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from growth.campaigns.channels import letters
from growth.campaigns.channels.base import Base, secret, setting
from growth.campaigns.channels.interface import UNKNOWN, Carrier, Kind, Message, Outcome, Scope, Sending
from growth.campaigns.channels.letterbox import Unanswered

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions

MOST_SUBJECT = 200
SMTP = "django.core.mail.backends.smtp.EmailBackend"
NO_SUCH_BOX = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
"""RFC 3463, 3.2 and 3.3: the address is no more, or takes no more."""
TOO_MANY = ("4.7.", "4.4.5", "4.3.2")  # RFC 3463, 3.8, and what servers say of rates


class Email(Base):
    """A server may take a letter twice: its Message-ID is the same, which mailboxes may see and need not."""

    def check(self, message: Message, carrier: Carrier) -> list[str]:
        problems = super().check(message, carrier)
        if len(_subject(message)) > MOST_SUBJECT:
            problems.append(_("The subject is longer than %(most)d characters.") % {"most": MOST_SUBJECT})
        return problems

    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        start, carrier = time.monotonic(), sending.carrier
        letter = compose(sending)
        try:
            await session.letters.post(_key(carrier), partial(_connect, carrier), letter)
        except Exception as fault:
            return replace(_failed(fault, _since(start)), external_id=letter.extra_headers["Message-ID"])
        return Outcome("accepted", letter.extra_headers["Message-ID"], milliseconds=_since(start))


def compose(sending: Sending) -> EmailMultiAlternatives:
    """Raises KeyError where the target has no address."""
    message = sending.message
    author = sending.carrier.config.get("from") or settings.DEFAULT_FROM_EMAIL
    letter = EmailMultiAlternatives(
        subject=_subject(message),
        from_email=sending.carrier.config.get("bounces") or author,
        to=[sending.target.address["email"]],
        headers={"From": author, **_headers(message)},
    )
    with translation.override(message.language or settings.LANGUAGE_CODE):
        context = {"message": message, "site": settings.SITE_NAME, "subject": letter.subject}
        letter.body = render_to_string("campaigns/mail/message.txt", context)
        letter.attach_alternative(render_to_string("campaigns/mail/message.html", context), "text/html")
    return letter


def _subject(message: Message) -> str:
    return " ".join((message.subject or message.title).split())


def _headers(message: Message) -> dict[str, str]:
    headers = {
        "Message-ID": letters.name(message.message_id),
        "Auto-Submitted": "auto-generated",
    }
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _key(carrier: Carrier) -> Hashable:
    """Letters of one key share connections."""
    return (carrier.key, repr(sorted(carrier.config.items())), carrier.secret.get("password", ""))


def _connect(carrier: Carrier) -> Any:
    """The mail backend. Raises Misconfigured."""
    if not carrier.config.get("host"):
        return get_connection()
    user = carrier.config.get("username", "")
    return get_connection(
        SMTP,
        host=setting(carrier, "host"),
        port=carrier.config.get("port", 587),
        username=user,
        password=secret(carrier, "password") if user else "",
        use_tls=carrier.config.get("use_tls", True) and not carrier.config.get("use_ssl"),
        use_ssl=carrier.config.get("use_ssl", False),
        timeout=settings.EMAIL_TIMEOUT,
    )


def _failed(fault: Exception, milliseconds: int) -> Outcome:
    """smtplib's faults are OSErrors; what is none of them is ours or the settings'."""
    if isinstance(fault, Unanswered):
        return Outcome("retry", reason=UNKNOWN, milliseconds=milliseconds)
    if isinstance(fault, (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError)):
        return Outcome("rejected", reason=_said(fault), scope="carrier", milliseconds=milliseconds)
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        ((code, text),) = fault.recipients.values()
        return _answered(code, _text(text), milliseconds, of="recipient")
    if isinstance(fault, smtplib.SMTPResponseException):
        of = "sender" if isinstance(fault, smtplib.SMTPSenderRefused) else "letter"
        return _answered(fault.smtp_code, _text(fault.smtp_error), milliseconds, of=of)
    if isinstance(fault, OSError):
        return Outcome("retry", reason=_said(fault), milliseconds=milliseconds)
    if isinstance(fault, ValueError):  # no address, or a header that cannot be
        return Outcome("rejected", reason=_said(fault), milliseconds=milliseconds)
    raise fault


def _answered(code: int, text: str, milliseconds: int, *, of: str) -> Outcome:
    """RFC 5321, 4.2.1: 4xx may pass another time, 5xx not."""
    kind, scope = _meaning(code, text, of)
    return Outcome(kind, code=code, reason=f"{code} {text}"[:200], scope=scope, milliseconds=milliseconds)


def _meaning(code: int, text: str, of: str) -> tuple[Kind, Scope]:
    if code < 500:
        is_of_rate = code == 421 or text.startswith(TOO_MANY)
        return ("throttled", "carrier") if is_of_rate else ("retry", "")
    if of == "sender":
        return "rejected", "carrier"
    gone = text.startswith(NO_SUCH_BOX) or (of == "recipient" and code in (550, 551, 553) and text[:2] != "5.")
    return ("dead_token", "") if gone else ("rejected", "")


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _said(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:200]


def _since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
