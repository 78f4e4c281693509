"""Addresses that members chose are asked only on the public internet, and at the very address that was checked."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from community.webhooks import addresses

NAME_SECONDS = 5.0


def target(url: str) -> URL:
    """The address to ask, as the client reads it too. Raises addresses.Refused."""
    parts = addresses.check(url)
    read = URL(url)
    if read.host != parts.hostname or (parts.port or read.port) != read.port:
        raise addresses.Refused("two ways to read it lead to two hosts")
    return read


class Checked(AbstractResolver):
    """Names to addresses that were found to be public; the client connects to these and asks nobody else."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises addresses.Refused, OSError."""
        found = await asyncio.wait_for(asyncio.to_thread(addresses.find, host, port), NAME_SECONDS)
        kind = socket.AF_INET6 if ipaddress.ip_address(found).version == 6 else socket.AF_INET
        return [ResolveResult(hostname=host, host=found, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)]

    async def close(self) -> None:
        pass
