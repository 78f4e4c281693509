"""One event that somebody sent, checked. No input and no output but what is given and returned.

    {"name": "checkout_done", "at": "2026-11-21T09:30:00Z" or 1795253400000, "id": "their own id",
     "object": {"kind": "topic", "id": 4711}, "value": 12.5, "properties": {"plan": "pro"}}

All but `name` may be left out. `at` is ISO 8601 with its zone, or whole milliseconds since 1970.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

FIELDS = frozenset({"name", "at", "id", "object", "value", "properties"})
BIGGEST = 2**63 - 1
LONGEST = 200  # characters of a property
AHEAD_US = 60_000_000  # how far a clock may be ahead: such an event is of now
LATE_US = int(timedelta(days=30).total_seconds() * 1e6)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_CLIENT_ID = re.compile(r"[!-~]{1,100}")


class Refused(ValueError):
    """`reason` is one of those of events/models/intake.py; str() says more, for whoever sent it."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Declaration:
    """What an event may be about and carry."""

    objects: frozenset[str]
    properties: frozenset[str]


@dataclass(frozen=True)
class Clock:
    """When the batch came, and by how much the sender's clock is behind ours; microseconds."""

    now_us: int
    behind_us: int = 0


@dataclass
class Act:
    name: str
    epoch_us: int
    id: str = ""  # the sender's own
    object: tuple[str, int] | None = None
    value: float | None = None
    properties: dict[str, Any] = field(default_factory=dict)


def check(given: object, *, declared: Mapping[str, Declaration], clock: Clock) -> Act:
    """The event, at its true time. Raises Refused."""
    if not isinstance(given, dict):
        raise Refused("bad_event", "An event is an object.")
    if unknown := sorted(set(given) - FIELDS):
        raise Refused("bad_event", f"There is no field {unknown[0][:40]!r}.")
    name = given.get("name")
    declaration = declared.get(name) if isinstance(name, str) else None
    if declaration is None:
        raise Refused("unknown_name", "No event of this name is declared.")
    return Act(
        name=str(name),
        epoch_us=_time(given.get("at"), clock),
        id=_client_id(given.get("id")),
        object=_object(given.get("object"), declaration.objects),
        value=_value(given.get("value")),
        properties=_properties(given.get("properties"), declaration.properties),
    )


def _time(at: object, clock: Clock) -> int:
    if at is None:
        return clock.now_us
    us = _microseconds(at) + clock.behind_us
    if us > clock.now_us + AHEAD_US:
        raise Refused("future", "This has not happened yet.")
    if us < clock.now_us - LATE_US:
        raise Refused("too_late", "This is more than 30 days ago.")
    return min(us, clock.now_us)


def _microseconds(at: object) -> int:
    if isinstance(at, int) and not isinstance(at, bool):
        return at * 1000
    try:
        return (datetime.fromisoformat(at) - _EPOCH) // timedelta(microseconds=1)  # type: ignore[arg-type]
    except (TypeError, ValueError):  # a time without its zone cannot be subtracted
        raise Refused("bad_time", "A time is ISO 8601 with its zone, or milliseconds since 1970.") from None


def _client_id(given: object) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or not _CLIENT_ID.fullmatch(given):
        raise Refused("bad_event", "An id is 1 to 100 visible characters of ASCII.")
    return given


def _object(given: object, kinds: frozenset[str]) -> tuple[str, int] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"kind", "id"}:
        raise Refused("bad_object", "An object has a kind and an id.")
    kind, pk = given["kind"], given["id"]
    if not isinstance(kind, str) or kind not in kinds:
        raise Refused("bad_object", f"This event is about {' or '.join(sorted(kinds)) or 'nothing'}.")
    if not isinstance(pk, int) or isinstance(pk, bool) or not 0 < pk <= BIGGEST:
        raise Refused("bad_object", "An object's id is a positive whole number.")
    return kind, pk


def _value(given: object) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not _is_finite(given):
        raise Refused("bad_value", "A value is a number.")
    return float(given)


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond all floats
        return False


def _properties(given: object, known: frozenset[str]) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Refused("bad_property", "Properties are an object.")
    if unknown := sorted(set(given) - known):
        raise Refused("bad_property", f"This event has no property {unknown[0][:40]!r}.")
    for name, value in given.items():
        _check_property(name, value)
    return given


def _check_property(name: str, value: object) -> None:
    if isinstance(value, str):
        if len(value) > LONGEST or not value.isprintable():
            raise Refused("bad_property", f"{name} is at most {LONGEST} printable characters.")
        if _ADDRESS.search(value):
            raise Refused("personal_data", f"{name} looks like an e-mail address; events hold no personal data.")
    elif not (value is None or isinstance(value, int | float)) or not _is_finite(value or 0):
        raise Refused("bad_property", f"{name} is a text, a number, true, false or null.")


def as_text(properties: Mapping[str, Any]) -> str:
    return json.dumps(properties, separators=(",", ":"), ensure_ascii=False)
