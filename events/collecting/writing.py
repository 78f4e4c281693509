"""Parcels to rows, each once: its key is kept in the transaction of its rows."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from events.collecting.parcels import KEPT_FOR, Parcel, Row, rows_of
from events.models import Event, IntakeCount, Receipt

UNKNOWN_NAMES = 200  # different ones that are counted by name in a day

_COPY = f"""
COPY {Event._meta.db_table} (epoch_us, at, name, unit, person, session, object_kind, object_id, value, source, device,
language, country, properties) FROM STDIN
"""
# In the order of the keys, so that two writers with the same ones wait for each other and never both.
_RECEIVE = """
INSERT INTO events_receipt (key, until) SELECT key, %s FROM unnest(%s::uuid[]) AS key ORDER BY key
ON CONFLICT (key) DO NOTHING RETURNING key
"""


@transaction.atomic
def write(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Write those that were not written before, and count; returns them."""
    fresh = write_rows(parcels)
    count(fresh)
    return fresh


@transaction.atomic
def write_rows(parcels: Sequence[Parcel]) -> list[Parcel]:
    """The same, and the caller counts."""
    fresh = _receive(parcels)
    copy(rows_of(fresh))
    return fresh


def count(parcels: Iterable[Parcel]) -> None:
    """Once in a transaction, for all of it: only one call's counts are locked in order."""
    IntakeCount.objects.add(_counts(parcels))


def copy(rows: Iterable[Row]) -> None:
    """Rows of events as they are, some 60,000 a second."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_COPY) as copying:
        for row in rows:
            copying.write_row((row.epoch_us, row.at, row.name, row.unit, row.unit, *row[3:]))


def _receive(parcels: Sequence[Parcel]) -> list[Parcel]:
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, [timezone.now() + KEPT_FOR, [parcel.key for parcel in parcels]])
        new: set[uuid.UUID] = {key for (key,) in cursor.fetchall()}
    fresh = []
    for parcel in parcels:
        if parcel.key in new:
            new.discard(parcel.key)  # twice in one call is once
            fresh.append(parcel)
    return fresh


def _counts(parcels: Iterable[Parcel]) -> Counter[tuple[date, str, str, str]]:
    counts: Counter[tuple[date, str, str, str]] = Counter()
    for parcel in parcels:
        for (name, outcome), count in parcel.counts.items():
            counts[parcel.day, parcel.source, name, outcome] += count
    return _few_unknown(counts)


def _few_unknown(counts: Counter[tuple[date, str, str, str]]) -> Counter[tuple[date, str, str, str]]:
    """Of names that nobody has declared, the day's first by name and the rest together: anybody may send anything."""
    unknown = [key for key in counts if key[3] == "unknown_name" and key[2]]
    if not unknown:
        return counts
    known = IntakeCount.objects.filter(outcome="unknown_name", day__in={day for day, *_rest in unknown})
    kept = set(known.values_list("day", "source", "name", "outcome"))
    for key in unknown:
        if key not in kept and len(kept) >= UNKNOWN_NAMES:
            counts[*key[:2], "", key[3]] += counts.pop(key)
        else:
            kept.add(key)
    return counts


def sweep(now: datetime) -> int:
    """Forget the keys that need not be kept any more; returns how many."""
    return Receipt.objects.filter(until__lte=now)._raw_delete(using=connection.alias)
