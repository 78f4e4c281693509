"""Read a dump's file row by row in constant memory. Document type declarations, and so entities, are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat  # refuses a DTD before it is read, which is what defusedxml does

from community.imports.stackexchange.files import DumpFile, Row

CHUNK = 1 << 16


class DumpError(Exception):
    """What is wrong with the dump, in one line: file, line and reason."""

    def __init__(self, file: DumpFile, reason: str, *, line: int | None = None) -> None:
        super().__init__(f"{file.name}{f' line {line}' if line else ''}: {reason}")


def rows(directory: Path, file: DumpFile) -> Iterator[tuple[int, Row]]:
    """Every row with the number of its line; absent attributes are None. DumpError where the file is not as it must."""
    try:
        with (directory / file.name).open("rb") as stream:
            yield from _Reader(file).read(stream)
    except FileNotFoundError:
        if not file.may_be_absent:
            raise DumpError(file, "not there") from None
    except OSError as error:
        raise DumpError(file, error.strerror or "cannot be read") from None


class _Reader:
    def __init__(self, file: DumpFile) -> None:
        self.file = file
        self.attributes = {**file.required, **file.optional}
        self.depth = 0
        self.found: list[tuple[int, Row]] = []
        self.expat = expat.ParserCreate()
        self.expat.StartElementHandler = self.start
        self.expat.EndElementHandler = self.end
        self.expat.StartDoctypeDeclHandler = self.doctype

    def read(self, stream: BinaryIO) -> Iterator[tuple[int, Row]]:
        more = True
        while more:
            chunk = stream.read(CHUNK)
            more = bool(chunk)
            self.parse(chunk, is_last=not more)
            yield from self.found
            self.found.clear()

    def parse(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self.expat.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise DumpError(self.file, expat.ErrorString(error.code), line=error.lineno) from None

    def fault(self, reason: str) -> DumpError:
        return DumpError(self.file, reason, line=self.expat.CurrentLineNumber)

    def doctype(self, *declaration: object) -> None:
        raise self.fault("a document type declaration (DTD) is not allowed")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        expected = "row" if self.depth else self.file.root
        if self.depth > 1 or tag != expected:
            raise self.fault(f"<{tag[:40]}> where <{expected}> belongs")
        if self.depth:
            self.found.append((self.expat.CurrentLineNumber, self.row(attributes)))
        self.depth += 1

    def end(self, tag: str) -> None:
        self.depth -= 1

    def row(self, attributes: dict[str, str]) -> Row:
        if missing := [name for name in self.file.required if name not in attributes]:
            raise self.fault(f"a row without {missing[0]}")
        row: Row = {}
        for name, parse in self.attributes.items():
            try:
                row[name] = parse(attributes[name]) if name in attributes else None
            except ValueError as error:
                raise self.fault(f"{name} {attributes[name][:40]!r} is {error}") from None
        if problem := self.file.problem(row):
            raise self.fault(problem)
        return row
