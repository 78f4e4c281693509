"""The connections of a worker: opened once in its event loop, and used for all that it sends."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from community.webhooks.addresses import Refused
from growth.campaigns.channels import guard
from growth.campaigns.channels.http2 import Pool
from growth.campaigns.channels.letterbox import Letterbox
from growth.campaigns.channels.noticeboard import Noticeboard
from growth.campaigns.channels.replies import Reply
from growth.campaigns.channels.tokens import Tokens
from growth.campaigns.channels.trust import trust

CONNECT_SECONDS, SECONDS = 5, 20
"""For the connection, and for all of it."""
MOST_BYTES = 65_536
"""Of an answer that are read; the longest wanted, a thousand keys of JPush, has 40,000."""
IDLE_SECONDS = 30


@dataclass
class Sessions:
    """`chosen` asks addresses that members chose, `services` those of the settings."""

    chosen: aiohttp.ClientSession
    services: aiohttp.ClientSession
    http2: Pool
    letters: Letterbox
    notices: Noticeboard = field(default_factory=Noticeboard)
    tokens: Tokens = field(default_factory=Tokens)

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", chosen: bool = False
    ) -> Reply:
        """One request over HTTP/1.1; no fault of the other side, of the network or of the address is raised."""
        start = time.monotonic()
        try:
            where = guard.target(url) if chosen else URL(url)
            client = self.chosen if chosen else self.services
            return await _exchange(client, method, where, headers, body, start)
        except Refused as fault:
            return Reply(fault=str(fault), refused=True)
        except (aiohttp.ClientError, OSError, ValueError) as fault:  # TimeoutError is an OSError
            written = not _is_early(fault)
            return Reply(fault=f"{type(fault).__name__}: {fault}", written=written, milliseconds=_since(start))


@asynccontextmanager
async def opened() -> AsyncIterator[Sessions]:
    async with (
        _client(resolver=guard.Checked()) as chosen,
        _client() as services,
        Pool() as http2,
        Letterbox() as letters,
    ):
        yield Sessions(chosen, services, http2, letters)


def _client(**choices: Any) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=trust(), keepalive_timeout=IDLE_SECONDS, **choices),
        timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=CONNECT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Flywheel/1"},
        skip_auto_headers=["Accept-Encoding"],
        auto_decompress=False,  # an answer stays as long as it came
    )


async def _exchange(
    client: aiohttp.ClientSession, method: str, url: URL, headers: Mapping[str, str], body: bytes, start: float
) -> Reply:
    async with client.request(method, url, headers=headers, data=body, allow_redirects=False) as answer:
        said = await _beginning(answer.content)
        given = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, given, said, milliseconds=_since(start))


def _is_early(fault: Exception) -> bool:
    """Whether it came before the whole request was written: there was no connection, or it had closed meanwhile."""
    closed = isinstance(fault.__cause__, aiohttp.ClientConnectionResetError)
    return closed or isinstance(fault, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, ValueError))


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """What comes before the time is up and the size is reached; the status counts, whatever becomes of the rest."""
    read = b""
    with contextlib.suppress(aiohttp.ClientError, OSError):
        while len(read) < MOST_BYTES and (chunk := await content.read(MOST_BYTES - len(read))):
            read += chunk
    return read


def _since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
