"""Connections to mail servers, each held by a thread of its own for as long as letters follow one another."""

from __future__ import annotations

import asyncio
import smtplib
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from django.core.mail import EmailMessage

from community.notifications.posting import Outbox
from growth.campaigns.channels.interface import NotBegun

THREADS = 4
MOST_LETTERS = 100  # over one connection; servers end those that last
IDLE_SECONDS = 20


class Unanswered(OSError):
    """All of the letter was sent, and the server did not say whether it took it."""


@dataclass(eq=False)
class _Held:
    key: Hashable
    backend: Any
    outbox: Outbox
    letters: int = 0
    used_at: float = 0.0

    def serves(self, key: Hashable) -> bool:
        fresh = time.monotonic() - self.used_at < IDLE_SECONDS and self.letters < MOST_LETTERS
        return key == self.key and fresh and self._answers()

    def _answers(self) -> bool:
        try:
            return self.outbox.server is None or self.outbox.server.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False


class Letterbox:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="letters")
        self._own = threading.local()
        self._all: set[_Held] = set()

    async def __aenter__(self) -> Letterbox:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._close)

    async def post(self, key: Hashable, connect: Callable[[], Any], letter: EmailMessage) -> None:
        """Send the letter over a connection of the mail backend `connect` makes, kept under `key`.

        Raises Unanswered; smtplib's refusals; OSError where it was not sent; NotBegun where it was cancelled before a
        thread was free."""
        under_way = self._threads.submit(self._post, key, connect, letter)
        try:
            await asyncio.wrap_future(under_way)
        except asyncio.CancelledError as cancelled:
            if under_way.cancel():
                raise NotBegun from cancelled
            raise

    def _close(self) -> None:
        self._threads.shutdown()
        for held in self._all:
            held.backend.close()

    def _post(self, key: Hashable, connect: Callable[[], Any], letter: EmailMessage) -> None:
        held = self._open(key, connect)
        try:
            held.outbox.hand_over(letter)
            self._hear(held)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused):
            raise
        except OSError:
            self._drop()
            raise
        held.letters, held.used_at = held.letters + 1, time.monotonic()

    def _hear(self, held: _Held) -> None:
        try:
            held.outbox.answer()
        except smtplib.SMTPDataError:
            raise
        except OSError as fault:  # smtplib's faults are OSErrors too
            raise Unanswered(str(fault)) from fault

    def _open(self, key: Hashable, connect: Callable[[], Any]) -> _Held:
        held: _Held | None = getattr(self._own, "held", None)
        if held and held.serves(key):
            return held
        self._drop()
        backend = connect()
        backend.open()
        self._own.held = held = _Held(key, backend, Outbox(backend), used_at=time.monotonic())
        self._all.add(held)
        return held

    def _drop(self) -> None:
        held: _Held | None = self._own.__dict__.pop("held", None)
        if held:
            self._all.discard(held)
            held.backend.close()
