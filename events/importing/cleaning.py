"""One row of a file to what is staged of it, or why it is left out. No database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
LONGEST_UNIT, LONGEST_NAME, LONGEST_ID = 200, 40, 200


class Skipped(ValueError):
    """str() is the reason."""


def unit_of(value: Any) -> str:
    return _text(value, LONGEST_UNIT, "bad_unit")


def name_of(value: Any) -> str:
    return _text(value, LONGEST_NAME, "bad_name")


def id_of(value: Any) -> str:
    return _text(value, LONGEST_ID, "bad_id")


def _text(value: Any, longest: int, reason: str) -> str:
    text = "" if value is None else str(value).strip()
    if not text or len(text) > longest or "\0" in text:
        raise Skipped(reason)
    return text


def microseconds(at: Any, *, zone: tzinfo, now: datetime) -> int:
    """Since 1970. `at` is ISO 8601, a date or a datetime; without a zone it is of `zone`."""
    try:
        when = datetime.fromisoformat(at.strip()) if isinstance(at, str) else _datetime(at)
        if when.tzinfo is None:
            when = when.replace(tzinfo=zone)
        us = (when - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError, OverflowError):
        raise Skipped("bad_time") from None
    if when > now:
        raise Skipped("future")
    return us


def _datetime(at: Any) -> datetime:
    if isinstance(at, datetime):
        return at
    if isinstance(at, date):
        return datetime.combine(at, time())
    raise TypeError
