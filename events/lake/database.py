"""DuckDB in this process: what reads, sorts and writes the lake's files, within settings.ANALYTICS_MEMORY."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

import duckdb
import pyarrow.dataset as ds
from django.conf import settings

from events.lake import store
from events.lake.schema import SCHEMA


def cursor() -> duckdb.DuckDBPyConnection:
    """One of its own, with temporary views that go with it. One thread at a time."""
    return _database(os.getpid()).cursor()


def files(cursor: duckdb.DuckDBPyConnection, paths: Sequence[str], *, name: str) -> str:
    """What to select the rows of these files from; a bucket's come through Arrow, lent to the cursor under `name`, for
    DuckDB's own client is an extension that would have to be downloaded."""
    located = [store.located(path) for path in paths]
    if store.is_local():
        return f"read_parquet([{', '.join(map(literal, located))}])"
    cursor.register(name, ds.dataset(located, schema=SCHEMA, filesystem=store.filesystem(), format="parquet"))
    return name


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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
