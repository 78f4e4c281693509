"""One POST to an address that others chose: guarded, bounded in time and size, never led elsewhere by a redirect."""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from community.webhooks import addresses

SECONDS = 15
"""For all of it, from the connection to the answer (Standard Webhooks advises 15 to 30)."""
EXCERPT_BYTES = 2000


@dataclass(frozen=True)
class Answer:
    code: int | None = None  # None where there was no answer
    error: str = ""  # why not
    excerpt: str = ""  # how an answer other than 2xx begins
    retry_after: str = ""
    milliseconds: int = 0

    @property
    def ok(self) -> bool:
        """2xx. A redirect is no success, and is not followed."""
        return self.code is not None and 200 <= self.code < 300


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Answer:
    """Send `body` and say what came of it; no fault of the other side, of the network or of the address is raised."""
    start = time.monotonic()
    try:
        code, excerpt, retry_after = _exchange(url, body, headers, until=start + seconds)
    # OSError: no such name. ValueError: refused addresses, and names that are none.
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as fault:
        error = f"{type(fault).__name__}: {fault}"[:300]
        return Answer(error=error, milliseconds=_since(start))
    return Answer(code, excerpt=excerpt, retry_after=retry_after, milliseconds=_since(start))


def _exchange(url: str, body: bytes, headers: Mapping[str, str], *, until: float) -> tuple[int, str, str]:
    addresses.check(url)
    network = _Guarded(until)
    with (
        httpcore.ConnectionPool(ssl_context=_trust(), network_backend=network) as pool,
        pool.stream("POST", url, headers=[*headers.items()], content=body) as response,
    ):
        given = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        excerpt = b"" if 200 <= response.status < 300 else _beginning(response)
    return response.status, excerpt.decode(errors="replace").replace("\0", ""), given.get(b"retry-after", "")


def _beginning(response: httpcore.Response) -> bytes:
    """What comes before the time is up and the size is reached; the status counts, whatever becomes of the rest."""
    read = b""
    try:
        for chunk in response.iter_stream():
            read += chunk
            if len(read) >= EXCERPT_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass
    return read[:EXCERPT_BYTES]


def _since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)


@functools.cache
def _trust() -> ssl.SSLContext:
    """The system's authorities (or those of SSL_CERT_FILE); reading them takes longer than a request."""
    return ssl.create_default_context()


class _Guarded(httpcore.NetworkBackend):
    """Connects to the very address that was checked, while TLS and the Host header keep the name."""

    def __init__(self, until: float) -> None:
        self.until = until

    def connect_tcp(self, host: str, port: int, *given: Any, **options: Any) -> httpcore.NetworkStream:
        address = addresses.find(host, port)
        stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=_left(self.until))
        return _Bounded(stream, self.until)


class _Bounded(httpcore.NetworkStream):
    """A stream with an end in time: a time-out for each read would let a byte a second go on for ever."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self.stream, self.until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.until))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self.stream.start_tls(ssl_context, server_hostname, _left(self.until)), self.until)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is up")
    return left
