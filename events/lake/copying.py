"""Rows of PostgreSQL as Arrow tables, by COPY, block by block."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from django.db import connection
from psycopg import OperationalError, pq
from pyarrow import csv

BLOCK = 32 * 2**20  # bytes of text that are parsed at once


def tables(query: str, schema: pa.Schema) -> Iterator[pa.Table]:
    """What a SELECT of the schema's columns finds, in tables of some 150,000 rows. Texts hold no NULL.

    The loop talks to libpq itself: psycopg's own costs two microseconds a row, as much as everything else together.
    """
    convert = csv.ConvertOptions(column_types=schema, strings_can_be_null=False)
    reading = csv.ReadOptions(column_names=schema.names)
    parsing = csv.ParseOptions(newlines_in_values=True)
    for block in _blocks(f"COPY ({query}) TO STDOUT (FORMAT csv)"):
        yield csv.read_csv(pa.BufferReader(block), reading, parsing, convert).cast(schema)


def table(query: str, schema: pa.Schema) -> pa.Table:
    """All of them at once."""
    return pa.concat_tables([schema.empty_table(), *tables(query, schema)])


def _blocks(statement: str) -> Iterator[bytearray]:
    """Whole rows, some BLOCK bytes each: the server sends a message per row."""
    connection.ensure_connection()
    wire = connection.connection.pgconn
    _expect(wire, wire.exec_(statement.encode()), pq.ExecStatus.COPY_OUT)
    block = bytearray()
    while (found := wire.get_copy_data(0))[0] > 0:
        block += found[1]
        if len(block) >= BLOCK:
            yield block
            block = bytearray()
    if block:
        yield block
    _expect(wire, wire.get_result(), pq.ExecStatus.COMMAND_OK)
    wire.get_result()  # nothing more


def _expect(wire: pq.abc.PGconn, result: pq.abc.PGresult | None, status: pq.ExecStatus) -> None:
    if result is None or result.status != status:
        raise OperationalError(wire.error_message.decode(errors="replace").strip())
