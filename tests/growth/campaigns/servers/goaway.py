"""A server of HTTP/2 that ends its connections as RFC 9113, 6.8 asks: it names the last stream that it acts on, answers
those up to it, and does nothing with what comes after. hypercorn cannot."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from hyperframe.frame import GoAwayFrame

from tests.growth.campaigns.servers.certificates import certificate


class Server:
    """After the `takes`-th request of each connection it says GOAWAY; `taken` has the bodies that it acted on."""

    def __init__(self, takes: int) -> None:
        self.takes, self.taken, self.connections = takes, list[bytes](), 0

    def connect(self) -> asyncio.Protocol:
        self.connections += 1
        return _Connection(self)


class _Connection(asyncio.Protocol):
    def __init__(self, server: Server) -> None:
        self.server, self.last = server, 0
        self.h2 = H2Connection(H2Configuration(client_side=False))
        self.bodies: dict[int, bytes] = {}
        self.answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.h2.initiate_connection()
        self.write()

    def data_received(self, data: bytes) -> None:
        for event in self.h2.receive_data(data):
            if isinstance(event, events.DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
                self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + (event.data or b"")
            elif isinstance(event, events.StreamEnded) and (not self.last or event.stream_id <= self.last):
                self.take(event.stream_id)
        self.write()

    def take(self, number: int) -> None:
        self.server.taken.append(self.bodies[number])
        asyncio.get_running_loop().call_later(0.01, self.answer, number)
        if len(self.bodies) >= self.server.takes and not self.last:
            self.last = max(self.bodies)
            self.write()
            self.transport.write(GoAwayFrame(stream_id=0, last_stream_id=self.last, error_code=0).serialize())

    def answer(self, number: int) -> None:
        self.h2.send_headers(number, [(":status", "200")], end_stream=True)
        self.answered += 1
        self.write()
        if self.last and self.answered >= sum(1 for number in self.bodies if number <= self.last):
            self.transport.close()

    def write(self) -> None:
        self.transport.write(self.h2.data_to_send())


@asynccontextmanager
async def running(server: Server, folder: Path) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate(folder))
    context.set_alpn_protocols(["h2"])
    listening = await asyncio.get_running_loop().create_server(server.connect, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://localhost:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
