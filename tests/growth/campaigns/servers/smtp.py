"""A mail server (aiosmtpd): checks what RFC 8058 asks of a letter that can be unsubscribed from by one click.

`python -m tests.growth.campaigns.servers.smtp PORT [FILE]`."""

from __future__ import annotations

import asyncio
import email
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.growth.campaigns.servers.faults import Faults
from tests.growth.campaigns.servers.ledger import Ledger

REFUSALS = {
    "gone": "550 5.1.1 no such user",
    "full": "452 4.2.2 mailbox full",
    "busy": "421 4.7.0 too many messages",
    "spam": "550 5.7.1 refused as spam",
    "odd": "550 we do not know them",
}


@dataclass
class MailServer:
    """The part before the @ says what is answered. Faults: "silence" and "close" after a letter, "503" for it."""

    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    sessions: set[int] = field(default_factory=set)
    wants_unsubscribing: bool = True

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = REFUSALS.get(address.split("@")[0])
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.sessions.add(id(session))
        fault = self.faults.next()
        if fault == "503":
            return "451 4.3.0 try again later"
        letter = cast(EmailMessage, email.message_from_bytes(cast(bytes, envelope.content), policy=default))
        if self.wants_unsubscribing and (problem := _problem(letter)):
            self.ledger.refuse(problem)
            return f"550 5.7.1 {problem}"
        self.ledger.take("", str(letter["Message-ID"]), letter)
        if fault == "silence":
            await self.faults.released.wait()
        if fault == "close":
            cast(Any, server).transport.abort()
        return "250 2.0.0 taken"


def _problem(letter: EmailMessage) -> str:
    if letter["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
        return "no List-Unsubscribe-Post"
    unsubscribe = str(letter["List-Unsubscribe"])
    if not unsubscribe.startswith("<https://") or not unsubscribe.endswith(">"):
        return "no https address in List-Unsubscribe"
    return "" if letter["Message-ID"] and letter["Date"] else "no Message-ID or Date"


@asynccontextmanager
async def running(service: MailServer, port: int = 0) -> AsyncIterator[int]:
    """Serves within this event loop; the port."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(service, hostname="localhost", loop=loop), "127.0.0.1", port)
    try:
        yield int(listening.sockets[0].getsockname()[1])
    finally:
        service.faults.released.set()
        listening.close()


async def _forever(port: int, ledger: Ledger) -> None:
    async with running(MailServer(ledger), port) as bound:
        print(f"smtp://127.0.0.1:{bound}", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_forever(int(sys.argv[1]), Ledger(Path(sys.argv[2]) if sys.argv[2:] else None)))
