"""Find the SQL in a backup, whichever way it is packed, and read it line by line in constant memory.

Discourse writes `dump.sql.gz`, or a `.tar.gz` with that and the uploads (lib/backup_restore/backuper.rb).
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, BinaryIO, cast

GZIP, CUSTOM = b"\x1f\x8b", b"PGDMP"
DUMPS = ("dump.sql.gz", "dump.sql")
TAR_MAGIC = slice(257, 262)
LONGEST = 64 << 20  # bytes of a line, that is of a row: PostgreSQL holds less in a field


class DumpError(Exception):
    """What is wrong with the backup, in one line: line and reason."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Every line with its number, without its end. DumpError where it cannot be read to the end."""
    number = 0
    try:
        with ExitStack() as stack:
            stream = _sql(path, stack)
            while line := stream.readline(LONGEST):
                number += 1
                if len(line) == LONGEST:
                    raise DumpError("longer than any row can be", line=number)
                yield number, line.rstrip(b"\r\n")
    except FileNotFoundError:
        raise DumpError("no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError) as error:
        raise DumpError(f"the file is damaged ({error})", line=number or None) from None
    except OSError as error:
        raise DumpError(error.strerror or "cannot be read") from None


def _sql(path: Path, stack: ExitStack) -> BinaryIO:
    stream: BinaryIO = stack.enter_context(path.open("rb"))
    unpacked = _unpacked(stream, stack)
    head = unpacked.peek(512)[:512]  # type: ignore[attr-defined]
    if head.startswith(CUSTOM):
        raise DumpError("this is pg_dump's own format; make it SQL with pg_restore -f")
    if head[TAR_MAGIC] != b"ustar":
        return unpacked
    archive = stack.enter_context(tarfile.TarFile.open(fileobj=unpacked, mode="r|"))
    for member in archive:
        if member.isfile() and member.name.removeprefix("./") in DUMPS:
            found = cast("IO[bytes]", archive.extractfile(member))
            return _unpacked(cast(BinaryIO, found), stack)
    raise DumpError("the archive holds no dump.sql")


def _unpacked(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    head = stream.peek(2)[:2]  # type: ignore[attr-defined]
    if head != GZIP:
        return stream
    return cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=stream)))
