"""Write down what happened, in the transaction of the change that it tells of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from events.context import Context, current
from events.models import Event
from events.names import declared

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
    """Record the event `name` of `unit` (a member's id, or minus a visitor's id).

    `object` is (kind, id); `context` is the request's unless given; `properties` are those that
    `events/names.py` declares, and hold no personal data. ValueError where one is not declared.
    """
    declared(name, properties)
    at = at or timezone.now()
    context = context or current()
    kind, pk = object or ("", None)
    Event.objects.create(
        epoch_us=epoch_us(at),
        at=at,
        name=name,
        unit=unit,
        person=unit,
        object_kind=kind,
        object_id=pk,
        value=value,
        session=context.session,
        source=context.source,
        device=context.device,
        language=context.language,
        country=context.country,
        properties=properties,
    )
