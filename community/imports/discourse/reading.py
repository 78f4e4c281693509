"""The rows of a dump: PostgreSQL's COPY text format, as pg_dump writes it (PostgreSQL, "COPY", "Text Format")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from community.imports.discourse.opening import DumpError, lines
from community.imports.discourse.tables import TABLES, Row, Table

COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \(([^)]*)\) FROM stdin;')
END = b"\\."
NULL = "\\N"
ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def rows(path: Path) -> Iterator[tuple[Table, int, Row]]:
    """Every row of the tables we read, with its line; what is NULL or absent is None. DumpError where one is wrong."""
    inside, reader = "", None
    for number, line in lines(path):
        if not inside:
            if start := COPY.fullmatch(line):
                inside = start[1].decode()
                table = TABLES.get(inside)
                reader = _Reader(table, start[2], number) if table else None
        elif line == END:
            inside = ""
        elif reader:
            yield reader.table, number, reader.row(line, number)
    if inside:
        raise DumpError(f"the dump ends within the rows of {inside}")


class _Reader:
    def __init__(self, table: Table, columns: bytes, line: int) -> None:
        self.table = table
        names = [column.strip().strip('"') for column in columns.decode("utf-8", "replace").split(",")]
        self.width = len(names)
        if missing := [column for column in table.required if column not in names]:
            raise DumpError(f"the table {table.name} has no column {missing[0]}", line=line)
        parses = {**table.required, **table.optional}
        self.absent = dict.fromkeys(column for column in table.optional if column not in names)
        self.columns = [(column, names.index(column), parse) for column, parse in parses.items() if column in names]

    def row(self, line: bytes, number: int) -> Row:
        values = _text(line, number).split("\t")
        if len(values) != self.width:
            raise DumpError(f"{self.table.name}: {len(values)} values for {self.width} columns", line=number)
        row: Row = dict(self.absent)
        for column, place, parse in self.columns:
            value = values[place]
            try:
                row[column] = None if value == NULL else parse(_plain(value))
            except ValueError as error:
                raise DumpError(f"{self.table.name}.{column} {value[:40]!r} is {error}", line=number) from None
            if row[column] is None and column in self.table.required:
                raise DumpError(f"{self.table.name}.{column} is NULL", line=number)
        return row


def _text(line: bytes, number: int) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise DumpError("not UTF-8", line=number) from None
    if "\x00" in text:
        raise DumpError("a NUL, which no text of PostgreSQL has", line=number)
    return text


def _plain(value: str) -> str:
    return ESCAPE.sub(_unescaped, value) if "\\" in value else value


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1] not in ESCAPES:
        raise ValueError("escaped as pg_dump never does")
    return ESCAPES[escape[1]]
