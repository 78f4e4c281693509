"""The requests of a batch, made at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from growth.campaigns.channels import CHANNELS
from growth.campaigns.channels.interface import UNKNOWN, Outcome, Sending
from growth.campaigns.channels.sessions import Sessions
from growth.campaigns.sending.retrying import THROTTLED

logger = logging.getLogger(__name__)

AT_ONCE = 100  # requests of a batch under way
SECONDS = 40  # for a batch: its rows are leased for longer

NOT_MADE = Outcome("throttled", after=5, reason="not_made", scope="target")


async def send_all(sendings: Sequence[Sending], sessions: Sessions, *, seconds: float = SECONDS) -> list[Outcome]:
    """What came of each, in their order. What was not begun in time was not made; what was not answered is unknown."""
    batch = _Batch(sendings, sessions)
    if seconds <= 0:
        return batch.outcomes
    workers = [asyncio.create_task(batch.work()) for _ in range(min(AT_ONCE, len(sendings)))]
    if workers:
        _done, late = await asyncio.wait(workers, timeout=seconds)
        for worker in late:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return batch.outcomes


class _Batch:
    """Whoever is free takes the next. A provider that asks us to wait is asked nothing more."""

    def __init__(self, sendings: Sequence[Sending], sessions: Sessions) -> None:
        self.outcomes = [NOT_MADE] * len(sendings)
        self._sessions = sessions
        self._next: Iterator[tuple[int, Sending]] = iter(enumerate(sendings))
        self._waits: dict[str, Outcome] = {}

    async def work(self) -> None:
        for place, sending in self._next:
            if (wait := self._waits.get(sending.carrier.key)) is not None:
                self.outcomes[place] = wait
                continue
            self.outcomes[place] = Outcome("retry", reason=UNKNOWN)  # until there is an answer
            self.outcomes[place] = outcome = await self._send(sending)
            if outcome.kind == "throttled" and outcome.scope == "carrier":
                after = outcome.after or THROTTLED
                self._waits[sending.carrier.key] = replace(NOT_MADE, after=after)

    async def _send(self, sending: Sending) -> Outcome:
        try:
            return await CHANNELS[sending.target.channel].send(sending, self._sessions)
        except Exception:  # one message's fault is not its neighbours'
            logger.exception("a fault in the channel %s", sending.target.channel)
            return Outcome("retry", reason=UNKNOWN)
