"""The requests of a batch, made at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from growth.campaigns.channels import CHANNELS
from growth.campaigns.channels.interface import UNKNOWN, NotBegun, Outcome, Sending
from growth.campaigns.channels.sessions import Sessions
from growth.campaigns.sending.retrying import THROTTLED

logger = logging.getLogger(__name__)

AT_ONCE = 100  # requests of a batch under way
SECONDS = 40  # for a batch: its rows are leased for longer

NOT_MADE = Outcome("throttled", after=5, reason="not_made", scope="target")
NOT_ANSWERED = Outcome("retry", reason=UNKNOWN)


class Batch:
    """Whoever is free takes the next. A provider that asks us to wait is asked nothing more.

    `outcomes` are in the order of the requests, None until there is an answer. When the time is over, `until` by the
    monotonic clock, what was not begun was not made, and what was not answered is unknown."""

    def __init__(self, sendings: Sequence[Sending], *, until: float) -> None:
        self.outcomes: list[Outcome | None] = [None] * len(sendings)
        self._begun: set[int] = set()
        self._next: Iterator[tuple[int, Sending]] = iter(enumerate(sendings))
        self._until = until
        self._waits: dict[str, Outcome] = {}
        self._workers: list[asyncio.Task[None]] = []

    async def go(self, sessions: Sessions, *, seconds: float) -> None:
        """Begin, or go on, until all is answered or for so long."""
        left = self._until - time.monotonic()
        if not self._workers and left > 0:
            self._workers = [asyncio.create_task(self._work(sessions)) for _ in self.outcomes[:AT_ONCE]]
        if under_way := [worker for worker in self._workers if not worker.done()]:
            await asyncio.wait(under_way, timeout=max(min(seconds, left), 0))
        if time.monotonic() >= self._until:
            await self._stop()

    async def _stop(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        for place, outcome in enumerate(self.outcomes):
            if outcome is None:
                self.outcomes[place] = NOT_ANSWERED if place in self._begun else NOT_MADE

    async def _work(self, sessions: Sessions) -> None:
        for place, sending in self._next:
            if (wait := self._waits.get(sending.carrier.key)) is not None:
                self.outcomes[place] = wait
                continue
            self._begun.add(place)
            try:
                self.outcomes[place] = outcome = await _send(sending, sessions)
            except NotBegun:
                self._begun.remove(place)
                raise
            if outcome.kind == "throttled" and outcome.scope == "carrier":
                self._waits[sending.carrier.key] = replace(NOT_MADE, after=outcome.after or THROTTLED)


async def _send(sending: Sending, sessions: Sessions) -> Outcome:
    try:
        return await CHANNELS[sending.target.channel].send(sending, sessions)
    except Exception:  # one message's fault is not its neighbours'
        logger.exception("a fault in the channel %s", sending.target.channel)
        return NOT_ANSWERED
