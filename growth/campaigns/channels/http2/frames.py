"""GOAWAY taken out of what a server sends: h2 would take no answer after it. Pure. RFC 9113: 4.1, 6.8."""

from __future__ import annotations

import struct

GOAWAY = 0x7
HEAD = 9

Goaway = tuple[int, str]  # the last stream that the server acts on, and why: the error's number and what it adds


class Frames:
    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> tuple[bytes, list[Goaway]]:
        """The whole frames that came, without those that say GOAWAY, and what these said."""
        self._rest += data
        passed, goaways, at = [], [], 0
        while len(self._rest) - at >= HEAD:
            length, kind = int.from_bytes(self._rest[at : at + 3], "big"), self._rest[at + 3]
            end = at + HEAD + length
            if end > len(self._rest):
                break
            if kind == GOAWAY:
                goaways.append(_read(self._rest[at + HEAD : end]))
            else:
                passed.append(self._rest[at:end])
            at = end
        self._rest = self._rest[at:]
        return b"".join(passed), goaways


def _read(payload: bytes) -> Goaway:
    last, code = struct.unpack("!II", payload[:8].ljust(8, b"\0"))
    return last & 0x7FFFFFFF, f"{code} {payload[8:200].decode(errors='replace')}".strip()
