"""Write down what happened, in the transaction of the change that it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from events.context import Context, current
from events.models import Event
from events.names import check

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_us(at: datetime) -> int:
    """Microseconds since 1970, exact (a float of seconds is not)."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def record(
    name: str,
    *,
    unit: int,
    at: datetime | None = None,
    object: tuple[str, int] | None = None,
    value: float | None = None,
    context: Context | None = None,
    **properties: object,
) -> None:
    """Record the event `name` of `unit` (a member's id, or minus a visitor's id); arguments as for `event`."""
    event(name, unit=unit, at=at, object=object, value=value, context=context, **properties).save(force_insert=True)


def event(
    name: str,
    *,
    unit: int,
    at: datetime | None = None,
    object: tuple[str, int] | None = None,
    value: float | None = None,
    context: Context | None = None,
    **properties: object,
) -> Event:
    """The row that `record` writes, for those who write many at once.

    `at` is the time of the act, now unless given; `object` is (kind, id); `context` is the request's unless given;
    `properties` hold no personal data. ValueError where `events/names.py` does not declare the name, the kind or a
    property; TypeError where `at` has no time zone.
    """
    kind, pk = object or (None, None)
    check(name, kind=kind, properties=properties)
    at = at or timezone.now()
    context = context or current()
    return Event(
        epoch_us=epoch_us(at),
        at=at,
        name=name,
        unit=unit,
        person=unit,
        object_kind=kind or "",
        object_id=pk,
        value=value,
        session=context.session,
        source=context.source,
        device=context.device,
        language=context.language,
        country=context.country,
        properties=properties,
    )


def record_all(events: Iterable[Event]) -> None:
    """Write many at once, in this order; 25,000 take less than a second."""
    fields = [field for field in Event._meta.concrete_fields if field.attname not in ("id", "tx")]
    names = ", ".join(field.attname for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {Event._meta.db_table} ({names}) FROM STDIN") as copy:
        for one in events:
            values = [getattr(one, field.attname) for field in fields]
            copy.write_row([json.dumps(value) if isinstance(value, dict) else value for value in values])
