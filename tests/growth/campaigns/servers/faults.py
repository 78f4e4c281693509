"""What a server does in place of its answer, when it is told."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field

FAULTS = ("429", "503", "410", "404", "silence", "close")
"""silence: it takes the message and never answers; close: it takes it and closes the connection (not APNs')."""


@dataclass
class Faults:
    """First those in the queue, one for each request; then any of `kinds` for a share of the requests."""

    queue: deque[str] = field(default_factory=deque)
    kinds: tuple[str, ...] = ()
    share: float = 0.0
    retry_after: str = "7"
    released: asyncio.Event = field(default_factory=asyncio.Event)  # ends the silence
    _random: random.Random = field(default_factory=lambda: random.Random(6))

    def next(self) -> str:
        if self.queue:
            return self.queue.popleft()
        return self._random.choice(self.kinds) if self.kinds and self._random.random() < self.share else ""
