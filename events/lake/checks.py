"""Proof that two places hold the same events: how many of each UTC day, and a sum of hashes that no order changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from events.lake import copying, database
from events.lake.schema import FACTS
from events.models import Event

_TEXTS = ", ".join(f"coalesce({name}::text, '')" for name in FACTS.names)
_HASH = f"md5_number_lower(concat_ws('|', {_TEXTS}))"
_SUMS = "SELECT make_timestamp(epoch_us)::date, count(*), sum({hash}) FROM ({relation}) GROUP BY 1"


@dataclass(frozen=True)
class Sum:
    rows: int = 0
    checksum: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.rows + other.rows, self.checksum + other.checksum)

    def __neg__(self) -> Sum:
        return Sum(-self.rows, -self.checksum)


Days = dict[date, Sum]


def add(*parts: Mapping[date, Sum]) -> Days:
    """The sums of all, without days on which nothing is left."""
    whole: Days = {}
    for part in parts:
        for day, found in part.items():
            whole[day] = whole.get(day, Sum()) + found
    return {day: found for day, found in whole.items() if found != Sum()}


def negative(days: Mapping[date, Sum]) -> Days:
    return {day: -found for day, found in days.items()}


def of(cursor: duckdb.DuckDBPyConnection, relation: str) -> Days:
    """Of the rows of a relation with the columns of FACTS."""
    found = cursor.execute(_SUMS.format(hash=_HASH, relation=relation)).fetchall()
    return {day: Sum(rows, int(checksum)) for day, rows, checksum in found}


def of_table(condition: str) -> Days:
    """Of the rows of PostgreSQL that fulfil it (numbers put in, not parameters)."""
    query = f"SELECT {', '.join(FACTS.names)} FROM {Event._meta.db_table} WHERE {condition}"  # noqa: S608
    cursor = database.cursor()
    return add(*(_of_chunk(cursor, chunk) for chunk in copying.tables(query, FACTS)))


def _of_chunk(cursor: duckdb.DuckDBPyConnection, chunk: object) -> Days:
    cursor.register("chunk", chunk)
    return of(cursor, "SELECT * FROM chunk")


def total(days: Iterable[Sum]) -> int:
    return sum(found.rows for found in days)
