"""The bucket of tests/config/s3.py, as pyarrow speaks to one: uploads in parts, reads of ranges, deep listings."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import escape

from tests.config.s3 import KEY, Bucket, Handler


class PartsHandler(Handler):
    def do_POST(self) -> None:  # noqa: N802
        sent = self._body()
        key = self._key()
        if key and "uploads" in self.path:
            self._answer(200, b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
        elif key and "uploadId" in self.query:
            numbers = sorted(int(number) for number in re.findall(rb"<PartNumber>(\d+)<", sent))
            self.server.files[key] = b"".join(self.server.parts.pop((key, number)) for number in numbers)
            self._answer(200, b"<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>")

    def do_PUT(self) -> None:  # noqa: N802
        sent = self._body()
        if key := self._key():
            if number := self.query.get("partNumber"):
                self.server.parts[key, int(number)] = sent
            else:
                self.server.files[key] = sent
            self._answer(200)

    def do_GET(self) -> None:  # noqa: N802
        key = self._key()
        if key is None:
            return
        content = self.server.files.get(key)
        if not key:
            self._answer(200, self._listing())
        elif content is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        elif ends := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
            self._answer(206, content[int(ends[1]) : int(ends[2]) + 1])
        else:
            self._answer(200, content)

    do_HEAD = do_GET  # noqa: N815

    def end_headers(self) -> None:
        self.send_header("ETag", '"1"')
        super().end_headers()

    def _listing(self) -> bytes:
        files = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size>"
            "<LastModified>2026-11-21T12:00:00.000Z</LastModified></Contents>"
            for key, content in sorted(self.server.files.items())
            if key.startswith(self.query.get("prefix", ""))
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{files}</ListBucketResult>".encode()

    def _body(self) -> bytes:
        """What is sent, out of HTTP's chunks and the signed ones within them."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            raw = b"".join(iter(self._chunk, b""))
        else:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return _unsigned(raw) if "x-amz-decoded-content-length" in self.headers else raw

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(), 16)
        content = self.rfile.read(size)
        self.rfile.readline()
        return content


def _unsigned(raw: bytes) -> bytes:
    content = b""
    while size := int(raw.partition(b"\r\n")[0].partition(b";")[0], 16):
        start = raw.index(b"\r\n") + 2
        content += raw[start : start + size]
        raw = raw[start + size + 2 :]
    return content


class PartsBucket(Bucket):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.RequestHandlerClass = PartsHandler
        self.parts: dict[tuple[str, int], bytes] = {}


@contextmanager
def bucket(name: str) -> Iterator[tuple[PartsBucket, str]]:
    """The bucket, and the address of a lake in it."""
    with PartsBucket(name) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        host = f"127.0.0.1:{server.server_port}"
        yield server, f"s3://{KEY}:secret@{name}/lake?endpoint_override={host}&scheme=http&region=us-east-1"
        server.shutdown()
