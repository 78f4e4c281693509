"""A bucket on this machine that speaks as much of S3 as uploads need: PUT, GET, HEAD, DELETE and listing.

It asks for a signature (version 4, in the header or the address) by our key, and does not compute it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY = "AKIDEXAMPLE"


class Bucket(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if key := self._key():
            self.server.files[key] = body
            self.server.headers[key] = dict(self.headers)
            self._answer(200)

    def do_GET(self) -> None:
        if (key := self._key()) is None:
            return
        if not key:
            self._answer(200, self._listing())
        elif key in self.server.files:
            self._answer(200, self.server.files[key])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_HEAD = do_GET  # noqa: N815

    def do_DELETE(self) -> None:
        if key := self._key():
            self.server.files.pop(key, None)
            self._answer(204)

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _key(self) -> str | None:
        """The object's name, empty for the bucket itself; None where the request was refused."""
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        signed_by = self.query.get("X-Amz-Credential") or self.headers.get("Authorization", "")
        if KEY not in signed_by:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            return None
        return unquote(parts.path).removeprefix(f"/{self.server.name}").strip("/")

    def _listing(self) -> bytes:
        prefix = self.query.get("prefix", "")
        after = [key[len(prefix) :] for key in sorted(self.server.files) if key.startswith(prefix)]
        files = "".join(
            f"<Contents><Key>{escape(prefix + name)}</Key><Size>1</Size></Contents>"
            for name in after
            if "/" not in name
        )
        folders = "".join(
            f"<CommonPrefixes><Prefix>{escape(prefix + name)}/</Prefix></CommonPrefixes>"
            for name in sorted({name.split("/")[0] for name in after if "/" in name})
        )
        found = f"<ListBucketResult><IsTruncated>false</IsTruncated>{files}{folders}</ListBucketResult>"
        return found.encode()

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def bucket(name: str) -> Iterator[Bucket]:
    with Bucket(name) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()
