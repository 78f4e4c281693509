"""A mail server of our own, that keeps what it takes and fails when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class PostOffice:
    """`taken`: every mail whose end arrived. What `at_recipient` and `at_end` return, if anything, is the refusal."""

    seconds: float = 0  # how long each step takes, as across a network
    at_recipient: Callable[[str], str | None] = lambda address: None
    at_end: Callable[[EmailMessage], str | None] = lambda mail: None
    hangs_up: bool = False  # instead of saying that it took the mail

    def __post_init__(self) -> None:
        self.taken: list[EmailMessage] = []

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.taken]

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.seconds)
        if answer := self.at_recipient(to):
            return answer
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content or b"", policy=default)
        assert isinstance(mail, EmailMessage)
        await asyncio.sleep(self.seconds)
        if answer := self.at_end(mail):
            return answer
        self.taken.append(mail)  # from here on it is the server's, whether or not its answer still arrives
        if self.hangs_up:
            server.transport.abort()
        return "250 taken"


class Server(Controller):
    """On a free port of this machine: `with Server(office) as port:`."""

    def __init__(self, office: PostOffice, port: int) -> None:
        super().__init__(office, hostname="127.0.0.1", port=port, ready_timeout=10)

    def __enter__(self) -> int:
        self.start()
        return int(self.port)

    def __exit__(self, *exc: object) -> None:
        self.stop()
