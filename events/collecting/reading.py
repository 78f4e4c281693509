"""A body of bytes to the batch it says: {"events": […], "sent_at": ms} and, from a page, "visit", "source", "by"."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from events.collecting.checking import Clock

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 1000
_FIELDS = frozenset({"events", "sent_at", "visit", "source", "by"})


class Unreadable(ValueError):
    """str() says why."""


@dataclass(frozen=True)
class Batch:
    events: list[Any]
    sent_at: int | None = None  # milliseconds since 1970, by the sender's clock
    visit: int | None = None
    source: str = ""
    by: str = ""

    def clock(self, now_us: int) -> Clock:
        return Clock(now_us, 0 if self.sent_at is None else now_us - self.sent_at * 1000)


def read(body: bytes) -> Batch:
    """Raises Unreadable."""
    try:
        given = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The body is not JSON: {error}") from error
    return batch(given)


def batch(given: Any) -> Batch:
    """What JSON said, as a batch. Raises Unreadable."""
    if not isinstance(given, dict) or not isinstance(given.get("events"), list) or not set(given) <= _FIELDS:
        raise Unreadable("The body is an object with a list “events”.")
    if len(given["events"]) > MOST_EVENTS:
        raise Unreadable(f"At most {MOST_EVENTS} events come in one batch.")
    return Batch(
        events=given["events"],
        sent_at=_whole(given, "sent_at"),
        visit=_whole(given, "visit"),
        source=_text(given, "source"),
        by=_text(given, "by"),
    )


def _whole(given: dict[str, Any], name: str) -> int | None:
    value = given.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53):
        raise Unreadable(f"“{name}” is a positive whole number below 2**53.")
    return value


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > 200:
        raise Unreadable(f"“{name}” is a short text.")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)
