"""A visitor's one connection: as much of HTTP/1.1 as the site speaks, at a fraction of what a client library costs,
since whoever measures works on the same cores as what is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode


class Visitor:
    def __init__(self, host: str, port: int, cookies: Mapping[str, str] | None = None) -> None:
        self.host, self.port = host, port
        self.cookies = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> int:
        """The status, once the whole answer has arrived. OSError or EOFError where none comes."""
        return await self._ask("GET", path, b"")

    async def post(self, path: str, form: Mapping[str, str]) -> int:
        return await self._ask("POST", path, urlencode(form).encode())

    async def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            with suppress(OSError):
                await self._streams[1].wait_closed()
            self._streams = None

    async def _ask(self, method: str, path: str, body: bytes) -> int:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Content-Length: {len(body)}"]
        if body:
            lines.append("Content-Type: application/x-www-form-urlencoded")
        if self.cookies:
            lines.append(f"Cookie: {self.cookies}")
        message = "\r\n".join([*lines, "", ""]).encode() + body
        kept = self._streams is not None
        try:
            return await self._exchange(message)
        except (OSError, EOFError):
            await self.close()
            if not kept:
                raise
            return await self._exchange(message)  # a server may have ended a connection that it kept

    async def _exchange(self, message: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        writer.write(message)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if "content-length" in headers:
            await reader.readexactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        if headers.get("connection") == "close":
            await self.close()
        return int(head[0].split()[1])
