"""Make the derived tables anew from the files, in DuckDB: the proof of what was filled batch by batch, and its cure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from pyarrow import csv

from events.derived.tables import TABLES, Derived
from events.engine.calendar import DAY_US, Calendar
from events.lake import copying, database, people
from events.lake.schema import SCHEMA
from events.models import FillMark, LakeFile

_FIRST = "arg_min({column}, (epoch_us, id)) FILTER (WHERE {condition})"
_JOINS = "name = 'signed_up' AND json_extract_string(properties, '$.method') IS NOT NULL"
_HAS_CATEGORY = "json_extract_string(properties, '$.category') IS NOT NULL"


def _first(column: str, condition: str = "true") -> str:
    return _FIRST.format(column=column, condition=condition)


_QUERIES = {
    "firstseen": f"SELECT person, name, min(epoch_us), {_first('id')} FROM every GROUP BY person, name",  # noqa: S608
    "personday": "SELECT person, day, name, count(*) FROM every GROUP BY person, day, name",
    "dailycount": "SELECT day, name, source, count(*), coalesce(sum(value), 0) FROM every GROUP BY day, name, source",
    "personfacts": f"""
        SELECT person, min(epoch_us), {_first("id")}, {_first("source")}, {_first("device")}, {_first("language")},
          {_first("country")}, coalesce(left({_first("json_extract_string(properties, '$.method')", _JOINS)}, 40), ''),
          min(epoch_us) FILTER (WHERE {_JOINS}), {_first("id", _JOINS)},
          coalesce(left({_first("json_extract_string(properties, '$.category')", _HAS_CATEGORY)}, 60), ''),
          min(epoch_us) FILTER (WHERE {_HAS_CATEGORY}), {_first("id", _HAS_CATEGORY)}
        FROM every GROUP BY person""",  # noqa: S608 - our own text
}


def rebuild() -> dict[str, int]:
    """Put new rows in the place of all; how many of each table. The caller holds the lake's lock."""
    hi = FillMark.objects.of("lake")
    with _every(hi) as cursor:
        return {table.name: _replace(table, _rows(cursor, table), hi) for table in TABLES}


def check() -> dict[str, int]:
    """How many rows of each table are not what a rebuild would make (missing, too many or other). The caller holds
    the lake's lock, and the tables are filled up to what is sealed."""
    with _every(FillMark.objects.of("lake")) as cursor:
        return {table.name: _differing(cursor, table, _rows(cursor, table)) for table in TABLES}


@contextmanager
def _every(hi: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor with the relation `every`: all sealed events, with `person` by the links before hi, and `day`."""
    files = LakeFile.objects.standing()
    span = files.order_by("us_min").values_list("us_min", flat=True).first() or 0
    last = files.order_by("-us_max").values_list("us_max", flat=True).first() or 0
    cursor = database.cursor()
    cursor.register("links", people.links_before(hi))
    relation = database.files(cursor, [file.path for file in files], name="files") if files else _nothing(cursor)
    day = f"(DATE '1970-01-01' + {_day(span, last)}::int) AS day"
    query = f"SELECT *, {day} FROM ({people.resolved(relation)})"  # noqa: S608 - our own names
    cursor.execute(f"CREATE TEMP VIEW every AS {query}")
    try:
        yield cursor
    finally:
        cursor.close()


def _nothing(cursor: duckdb.DuckDBPyConnection) -> str:
    cursor.register("files", SCHEMA.empty_table())
    return "files"


def _day(first_us: int, last_us: int) -> str:
    """The number of the local day, counted from 1970-01-01, as SQL."""
    *changes, last = Calendar(ZoneInfo(settings.TIME_ZONE), first_us, last_us).offsets
    whens = " ".join(f"WHEN epoch_us < {until} THEN {offset}" for until, offset in changes)
    offset = f"CASE {whens} ELSE {last[1]} END" if changes else str(last[1])
    return f"((epoch_us + {offset}) // {DAY_US})"


def _rows(cursor: duckdb.DuckDBPyConnection, table: Derived) -> pa.Table:
    found = cursor.sql(_QUERIES[table.name]).to_arrow_table()
    return found.rename_columns(list(table.columns))


@transaction.atomic
def _replace(table: Derived, rows: pa.Table, hi: int) -> int:
    table.model._default_manager.all().delete()
    columns = ", ".join(table.columns)
    statement = f"COPY {table.model._meta.db_table} ({columns}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in rows.to_batches(max_chunksize=50_000):
            text = io.BytesIO()
            csv.write_csv(batch, text, csv.WriteOptions(include_header=False))
            copy.write(text.getvalue())
    FillMark.objects.move(table.name, hi, timezone.now())
    return rows.num_rows


def _differing(cursor: duckdb.DuckDBPyConnection, table: Derived, rows: pa.Table) -> int:
    columns = ", ".join(table.columns)
    cursor.register("wanted", rows)
    stored = f"SELECT {columns} FROM {table.model._meta.db_table}"  # noqa: S608 - our own names, here and below
    cursor.register("found", copying.table(stored, rows.schema))
    pairs = f"FROM wanted w FULL JOIN found f ON {' AND '.join(f'w.{name} = f.{name}' for name in table.key)}"
    differ = " OR ".join(f"{_exact('w', name)} IS DISTINCT FROM {_exact('f', name)}" for name in table.columns)
    return cursor.execute(f"SELECT count(*) {pairs} WHERE {differ}").fetchall()[0][0]  # noqa: S608


def _exact(side: str, name: str) -> str:
    """A sum of fractions is a little other in another order."""
    return f"round({side}.value, 6)" if name == "value" else f"{side}.{name}"
