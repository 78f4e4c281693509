"""Between the answer to a browser and the row: a list in Redis, or, while Redis is away, nothing at all.

A parcel is taken off the list after the commit of its rows, by its own bytes. Killed in between, the flush finds it
again, and its key says that it is written; so two flushes at once do no harm either, and no lock is needed for that.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from typing import cast

from celery import Task
from django.conf import settings
from django.db import DatabaseError, DataError, connection, transaction
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from events import bell
from events.collecting import writing
from events.collecting.parcels import Parcel, pack, unpack

logger = logging.getLogger(__name__)

SLICE = 50  # parcels of one transaction
BROKEN = (DataError, TypeError, ValueError, KeyError, AttributeError)  # not as `pack` writes them, or refused
CROWDED = 5000  # parcels waiting: nobody flushes, so each that comes takes a slice along
BELL_MS = 500  # one bell in this time; the beat's sweep each second finds what came after it


def put(parcel: Parcel, *, flusher: Task) -> None:
    """Keep it until it is written, and see that somebody writes it."""
    try:
        with redis().pipeline(transaction=False) as pipe:
            pipe.rpush(key("waiting"), pack(parcel))
            pipe.set(key("bell"), "", nx=True, px=BELL_MS)
            waiting, silent = pipe.execute()
    except RedisError as error:
        logger.warning("written at once: %s", error)
        writing.write([parcel])  # should Redis have it all the same, its key keeps it from being written twice
        return
    if silent:
        bell.ring(flusher)
    if waiting > CROWDED:
        _help()


def _help() -> None:
    """The parcel is kept already: no fault in writing others is its sender's."""
    try:
        flush_slice()
    except (RedisError, DatabaseError):
        logger.exception("what waits could not be written")


def flush() -> int:
    """Write what waits, until nothing does; returns how many parcels were taken off. RedisError while Redis is away."""
    taken = 0
    while done := flush_slice():
        taken += done
    return taken


def flush_slice() -> int:
    """Write the oldest; 0 where nothing waits or another flush is at it."""
    packed = cast("list[bytes]", redis().lrange(key("waiting"), 0, SLICE - 1))
    try:
        if not packed or not _write_alone([unpack(one) for one in packed]):
            return 0
    except BROKEN:
        packed = packed[:1] if _is_written_or_set_aside(packed[0]) else []
    _take_off(packed)
    return len(packed)


def _is_written_or_set_aside(packed: bytes) -> bool:
    """One parcel on its own, so that one that nobody can read or the table refuses does not hold up all the others."""
    try:
        return _write_alone([unpack(packed)])
    except BROKEN:
        logger.exception("a parcel of events is set aside in %s", key("broken"))
        redis().rpush(key("broken"), packed)
        return True


def _take_off(packed: Sequence[bytes]) -> None:
    with redis().pipeline(transaction=False) as pipe:
        for one in packed:
            pipe.lrem(key("waiting"), 1, one)  # type: ignore[arg-type]
        pipe.execute()


@transaction.atomic
def _write_alone(parcels: Sequence[Parcel]) -> bool:
    """Two at once would write nothing twice; the second would only wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('events.flush'))")
        if not cursor.fetchone()[0]:
            return False
    writing.write(parcels)
    return True


def waiting() -> int:
    """Parcels that no flush has taken off yet."""
    return int(redis().llen(key("waiting")))


def key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}events:{name}"


@cache
def redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_DATA_URL, socket_connect_timeout=0.2, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )
