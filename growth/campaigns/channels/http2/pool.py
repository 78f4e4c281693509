"""A connection for each service, opened when it is wanted, and again when it has ended."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType
from urllib.parse import SplitResult, urlsplit

from growth.campaigns.channels.http2.connection import Connection, Headers, Lost, NotTaken, Stream
from growth.campaigns.channels.replies import Reply
from growth.campaigns.channels.trust import trust

CONNECT_SECONDS, SECONDS = 5, 20
IDLE_SECONDS = 60  # longer, and a network between may have forgotten it
TRIES = 3  # of what the service did not take


class Pool:
    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __aenter__(self) -> Pool:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            connection.stop("the worker ends")

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """No fault of the service or of the network is raised."""
        start, parts = time.monotonic(), urlsplit(url)
        try:
            async with asyncio.timeout(SECONDS):
                stream = await self._ask(parts, _headers(parts, headers), body)
        except (NotTaken, Lost, OSError) as fault:  # TimeoutError is an OSError
            self._doubt(parts)
            written = isinstance(fault, (Lost, TimeoutError))
            return Reply(fault=f"{type(fault).__name__}: {fault}", written=written, milliseconds=_since(start))
        return Reply(stream.status, stream.headers, bytes(stream.body), milliseconds=_since(start))

    async def _ask(self, parts: SplitResult, headers: Headers, body: bytes) -> Stream:
        for _again in range(TRIES - 1):
            try:
                return await (await self._connection(parts)).ask(headers, body)
            except NotTaken:
                continue
        return await (await self._connection(parts)).ask(headers, body)

    async def _connection(self, parts: SplitResult) -> Connection:
        async with self._opening[parts.netloc]:
            connection = self._connections.get(parts.netloc)
            if connection is None or not _is_fresh(connection):
                if connection:
                    connection.stop("it was idle")
                connection = self._connections[parts.netloc] = await self._open(parts)
            return connection

    async def _open(self, parts: SplitResult) -> Connection:
        """Raises NotTaken."""
        loop = asyncio.get_running_loop()
        opening = loop.create_connection(Connection, parts.hostname or "", parts.port or 443, ssl=trust("h2"))
        try:
            transport, connection = await asyncio.wait_for(opening, CONNECT_SECONDS)
        except OSError as fault:
            raise NotTaken(f"{type(fault).__name__}: {fault}") from fault
        if transport.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
            transport.close()
            raise NotTaken("it speaks no HTTP/2")
        return connection

    def _doubt(self, parts: SplitResult) -> None:
        """What follows goes over another connection; what this one still answers is heard."""
        if connection := self._connections.get(parts.netloc):
            connection.stop("no answer came")


def _is_fresh(connection: Connection) -> bool:
    idle = connection.is_idle and time.monotonic() - connection.used_at > IDLE_SECONDS
    return connection.is_open and not idle


def _headers(parts: SplitResult, headers: Mapping[str, str]) -> Headers:
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    pseudo = {":method": "POST", ":scheme": parts.scheme, ":authority": parts.netloc, ":path": path or "/"}
    return [*pseudo.items(), *headers.items()]


def _since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
