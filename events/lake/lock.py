"""Who changes the lake is alone with it: sealing, compaction, erasure and sweeping hold one lock of PostgreSQL's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_KEY = 0x6C616B65  # "lake"


class Busy(Exception):
    """Another process is at it; what it leaves undone is found by the next run."""


@contextmanager
def holding(*, wait: bool = False, key: int = _KEY) -> Iterator[None]:
    """The lock is the session's, so it goes with a killed process. Busy where another has it, unless `wait`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {'pg_advisory_lock' if wait else 'pg_try_advisory_lock'}(%s)", [key])
        if cursor.fetchone() == (False,):
            raise Busy("another process is at work on the lake")
    try:
        yield
    finally:
        if connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
