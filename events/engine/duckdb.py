"""DuckDB in this process, over the Parquet files where they lie."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import cache

import duckdb
import ibis
import pyarrow as pa
import pyarrow.dataset as ds
from django.conf import settings

from events.engine import views
from events.engine.compiling import PROPERTY, sql
from events.engine.snapshot import File, Snapshot
from events.engine.tables import SCHEMA
from events.lake import store


def open(snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> Session:
    return Session(snapshot, before_us=before_us, left_out=left_out)


class Session:
    """A cursor of its own, with temporary views that go with it. One thread at a time."""

    def __init__(self, snapshot: Snapshot, *, before_us: int, left_out: Collection[int]) -> None:
        self._cursor = _database(os.getpid()).cursor()
        self.lend("links", snapshot.links)
        self.lend("tail", snapshot.tail)
        parts = [views.unresolved("tail")]
        for right, view in ((True, views.resolved), (False, views.unresolved)):
            if files := [file for file in snapshot.files if file.resolved is right]:
                parts.append(view(self._files(files, "files" if right else "stale")))
        self._view("events", views.events(parts, before_us=before_us, left_out=left_out))
        self._view("people", views.people("duckdb"))
        self._cursor.execute(
            f"CREATE TEMP MACRO event_property(p, k) AS {PROPERTY['duckdb'].format(properties='p', key='k')}"
        )

    def rows(self, expr: ibis.Table) -> pa.Table:
        return self._cursor.sql(sql(expr, "duckdb")).to_arrow_table()

    def lend(self, name: str, table: pa.Table) -> None:
        self._cursor.register(name, table)

    def interrupt(self) -> None:
        self._cursor.interrupt()

    def close(self) -> None:
        self._cursor.close()

    def _view(self, name: str, query: str) -> None:
        self._cursor.execute(f"CREATE TEMP VIEW {name} AS {query}")

    def _files(self, files: list[File], name: str) -> str:
        """What to select from; a bucket's files come through Arrow, for DuckDB's own client is an extension."""
        paths = [store.located(file.path) for file in files]
        if store.is_local():
            listed = ", ".join(f"'{path.replace(chr(39), chr(39) * 2)}'" for path in paths)
            return f"read_parquet([{listed}])"
        self._cursor.register(name, ds.dataset(paths, schema=SCHEMA, filesystem=store.filesystem(), format="parquet"))
        return name


@cache
def _database(pid: int) -> duckdb.DuckDBPyConnection:
    """One per process, opened after the fork that made it: a connection from before a fork hangs."""
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings.ANALYTICS_MEMORY,
            "threads": settings.ANALYTICS_THREADS,
            "temp_directory": str(settings.VAR_DIR / "duckdb"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        },
    )
