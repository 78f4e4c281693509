"""Tokens that cost something to make, kept until they are due for renewal. One event loop uses a cache."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

MOST = 1000  # audiences are named by members' endpoints


@dataclass(frozen=True)
class Token:
    text: str
    until: float  # time.time() of its renewal


@dataclass
class Tokens:
    _kept: OrderedDict[Hashable, Token] = field(default_factory=OrderedDict)
    _locks: dict[Hashable, asyncio.Lock] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], Token]) -> str:
        return (self._standing(key) or self._keep(key, make())).text

    async def fetch(self, key: Hashable, ask: Callable[[], Awaitable[Token]]) -> str:
        """As `get`, of what must be asked for: once, however many wait for it. Raises what `ask` raises."""
        if standing := self._standing(key):
            return standing.text
        async with self._locks.setdefault(key, asyncio.Lock()):
            return (self._standing(key) or self._keep(key, await ask())).text

    def forget(self, key: Hashable) -> None:
        """It was refused: make another the next time."""
        self._kept.pop(key, None)

    def _standing(self, key: Hashable) -> Token | None:
        token = self._kept.get(key)
        if token is None or token.until <= time.time():
            return None
        self._kept.move_to_end(key)
        return token

    def _keep(self, key: Hashable, token: Token) -> Token:
        self._kept[key] = token
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return token
