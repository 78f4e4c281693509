"""One connection of HTTP/2 (RFC 9113) as an asyncio protocol over h2."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError

from growth.campaigns.channels.http2.frames import Frames

MOST_STREAMS = 1000
LAST_ID = 2**31 - 10_000  # then another connection

Headers = list[tuple[str, str]]


class NotTaken(Exception):
    """The request was not acted on: it can be made again."""


class Lost(Exception):
    """All of the request was written, and no answer will come."""


@dataclass
class Stream:
    answer: asyncio.Future[None]
    unsent: bytes
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    written: bool = False

    def fail(self, reason: str, *, taken: bool) -> None:
        if not self.answer.done():
            self.answer.set_exception(Lost(reason) if taken and self.written else NotTaken(reason))


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._h2 = H2Connection(H2Configuration(validate_inbound_headers=False, header_encoding="utf-8"))
        self._frames = Frames()
        self._streams: dict[int, Stream] = {}
        self._waiting: set[int] = set()  # with something unsent
        self._queue: deque[asyncio.Future[None]] = deque()  # of those who wait for room
        self._settled = False  # whether the server said how many streams it takes
        self._ending = ""  # why it takes nothing new
        self.used_at = time.monotonic()

    @property
    def is_open(self) -> bool:
        return not self._ending

    @property
    def is_idle(self) -> bool:
        return not self._streams

    async def ask(self, headers: Headers, body: bytes) -> Stream:
        """The answered stream. Raises NotTaken, Lost."""
        while self.is_open and self._room() <= 0:
            self._queue.append(turn := asyncio.get_running_loop().create_future())
            await turn
        if self._ending:
            raise NotTaken(self._ending)
        number, stream = self._begin(headers, body)
        try:
            await stream.answer
        finally:
            self._end(number)
        return stream

    def stop(self, reason: str) -> None:
        """Nothing new is taken; it closes with the last answer."""
        self._ending = self._ending or reason
        self._wake()
        if not self._streams:
            self._transport.close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(2**24)
        self._write()

    def data_received(self, data: bytes) -> None:
        try:
            rest, goaways = self._frames.feed(data)
            for event in self._h2.receive_data(rest):
                self._hear(event)
            for last, reason in goaways:
                self._goaway(last, reason)
            self._send_waiting()
        except ProtocolError as fault:
            self._ending = f"protocol: {fault}"
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(self._streams, self._ending or f"closed: {exc or 'by the server'}", taken=True)
        self.stop("closed")

    # Within

    def _room(self) -> int:
        """How many streams more the server takes now."""
        most = min(self._h2.remote_settings.max_concurrent_streams, MOST_STREAMS) if self._settled else 0
        return most - len(self._streams)

    def _wake(self) -> None:
        for _turn in range(min(self._room(), len(self._queue)) if self.is_open else len(self._queue)):
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)

    def _begin(self, headers: Headers, body: bytes) -> tuple[int, Stream]:
        number = self._h2.get_next_available_stream_id()
        stream = self._streams[number] = Stream(asyncio.get_running_loop().create_future(), body)
        self._h2.send_headers(number, headers)
        self._waiting.add(number)
        self._send_waiting()
        if number >= LAST_ID:
            self._ending = "all its numbers are used"
        return number, stream

    def _end(self, number: int) -> None:
        stream = self._streams.pop(number)
        self._waiting.discard(number)
        self.used_at = time.monotonic()
        if not stream.answer.done() or stream.answer.cancelled():  # whoever asked waits no longer
            self._reset(number)
        if self._ending:
            self.stop(self._ending)
        self._wake()

    def _reset(self, number: int) -> None:
        try:
            self._h2.reset_stream(number, ErrorCodes.CANCEL)
            self._write()
        except ProtocolError:
            pass  # it is closed already

    def _send_waiting(self) -> None:
        """As much of the bodies as the other side has room for."""
        for number in sorted(self._waiting):
            stream = self._streams[number]
            most = min(self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size)
            if most <= 0:
                continue
            chunk, stream.unsent = stream.unsent[:most], stream.unsent[most:]
            stream.written = not stream.unsent
            self._h2.send_data(number, chunk, end_stream=stream.written)
            if stream.written:
                self._waiting.discard(number)
        self._write()

    def _write(self) -> None:
        if data := self._h2.data_to_send():
            self._transport.write(data)

    def _hear(self, event: events.Event) -> None:
        stream = self._streams.get(getattr(event, "stream_id", None) or 0)
        if isinstance(event, events.RemoteSettingsChanged):
            self._settled = True
            self._wake()
        elif isinstance(event, events.DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
        if stream is None:
            return
        if isinstance(event, events.ResponseReceived):
            _take_headers(stream, cast(Any, event.headers))
        elif isinstance(event, events.DataReceived):
            stream.body += event.data or b""
        elif isinstance(event, events.StreamEnded) and not stream.answer.done():
            stream.answer.set_result(None)
        elif isinstance(event, events.StreamReset):
            stream.fail(f"reset: {event.error_code}", taken=event.error_code != ErrorCodes.REFUSED_STREAM)

    def _goaway(self, last: int, reason: str) -> None:
        """RFC 9113, 6.8: streams above `last` were not and will not be acted on; those below are answered still."""
        self.stop(f"GOAWAY {reason}")
        self._fail([number for number in self._streams if number > last], self._ending, taken=False)

    def _fail(self, numbers: Iterable[int], reason: str, *, taken: bool) -> None:
        for number in numbers:
            self._streams[number].fail(reason, taken=taken)
            self._waiting.discard(number)


def _take_headers(stream: Stream, headers: Iterable[tuple[str, str]]) -> None:
    given = dict(headers)
    stream.status = int(given.pop(":status", "0"))
    stream.headers = given
