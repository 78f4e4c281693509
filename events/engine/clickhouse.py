"""ClickHouse: the server that settings.CLICKHOUSE_URL names, else chDB, the same engine within this process.

A server must reach the files by itself, so they lie in a bucket then (LAKE_URL s3://…).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from functools import cache

import clickhouse_connect
import ibis
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from django.conf import settings

from events.engine import views
from events.engine.compiling import PROPERTY, sql
from events.engine.snapshot import Snapshot
from events.engine.tables import SCHEMA
from events.lake import store

# The standard's NULL where ClickHouse would put zero or the empty text.
STANDARD = {
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "cast_keep_nullable": 1,
    "prefer_column_name_to_alias": 1,
    "input_format_parquet_allow_missing_columns": 0,
}
TYPES = {"int64": "Int64", "string": "String", "double": "Float64", "timestamp[us, tz=UTC]": "DateTime64(6, 'UTC')"}


def open(snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> Session:
    return Session(snapshot, before_us=before_us, left_out=left_out)


class Session:
    """A database of its own for as long as it is open."""

    def __init__(self, snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> None:
        self._client = _client()
        self._name = f"fw_{uuid.uuid4().hex}"
        self._do(f"CREATE DATABASE {self._name}")
        self._do(f"USE {self._name}")
        property_ = PROPERTY["clickhouse"].format(properties="p", key="k")
        self._do(f"CREATE FUNCTION IF NOT EXISTS event_property AS (p, k) -> {property_}")
        self.lend("links", snapshot.links)
        self.lend("tail", snapshot.tail)
        parts = [views.unresolved("tail")]
        for right, view in ((True, views.resolved), (False, views.unresolved)):
            if paths := [file.path for file in snapshot.files if file.resolved is right]:
                parts.append(view(_files(paths)))
        self._do(f"CREATE VIEW events AS {views.events(parts, before_us=before_us, left_out=left_out)}")
        self._do(f"CREATE VIEW people AS {views.people('clickhouse')}")

    def rows(self, expr: ibis.Table) -> pa.Table:
        return self._client.query_arrow(sql(expr, "clickhouse"), settings=STANDARD, use_strings=True)

    def lend(self, name: str, table: pa.Table) -> None:
        self._do(f"CREATE TABLE {name} ({_columns(table.schema)}) ENGINE = Memory")
        if table.num_rows:
            self._client.insert_arrow(name, table, database=self._name)

    def interrupt(self) -> None:
        self._client.command("KILL QUERY WHERE currentDatabase() = %(name)s", parameters={"name": self._name})

    def close(self) -> None:
        self._do(f"DROP DATABASE {self._name}")

    def _do(self, statement: str) -> None:
        self._client.command(statement, settings=STANDARD)


@cache
def _client() -> Client:
    """chDB allows one engine per process."""
    if settings.CLICKHOUSE_URL:
        return clickhouse_connect.get_client(dsn=settings.CLICKHOUSE_URL)
    return clickhouse_connect.get_client(interface="chdb", path=str(settings.VAR_DIR / "chdb"))


def _files(paths: list[str]) -> str:
    listed = "{" + ",".join(paths) + "}"
    if store.is_local():
        return f"file('{store.located(listed)}', Parquet, '{_columns(SCHEMA, quote=True)}')"
    return f"s3('{settings.LAKE_URL}/{listed}', Parquet, '{_columns(SCHEMA, quote=True)}')"


def _columns(schema: pa.Schema, *, quote: bool = False) -> str:
    columns = ", ".join(f"{field.name} {_type(field)}" for field in schema)
    return columns.replace("'", "\\'") if quote else columns


def _type(field: pa.Field) -> str:
    name = TYPES[str(field.type)]
    return f"Nullable({name})" if field.nullable else name
