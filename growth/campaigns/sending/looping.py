"""One event loop in a worker's process, in a thread of its own, with the connections that all its batches share."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from growth.campaigns.channels import sessions
from growth.campaigns.channels.sessions import Sessions

T = TypeVar("T")

STARTED_SECONDS = 10


class Loop:
    """Begins with the first that is run in it. A process that was forked has one of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._loop: asyncio.AbstractEventLoop
        self._sessions: Sessions

    def run(self, work: Callable[[Sessions], Awaitable[T]]) -> T:
        """The result of `work`, which is given the connections; the calling thread waits."""
        with self._lock:
            if self._pid != os.getpid():
                self._start()
        return asyncio.run_coroutine_threadsafe(self._do(work), self._loop).result()

    async def _do(self, work: Callable[[Sessions], Awaitable[T]]) -> T:
        return await work(self._sessions)

    def _start(self) -> None:
        ready = threading.Event()
        threading.Thread(target=asyncio.run, args=[self._live(ready)], name="campaigns", daemon=True).start()
        if not ready.wait(STARTED_SECONDS):
            raise RuntimeError("the connections were not opened")
        self._pid = os.getpid()

    async def _live(self, ready: threading.Event) -> None:
        async with sessions.opened() as self._sessions:
            self._loop = asyncio.get_running_loop()
            ready.set()
            await asyncio.Event().wait()  # for ever


loop = Loop()
