"""How values of a dump read. Each refuses with a ValueError that goes on "… is"."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

_WHOLE = re.compile(r"-?[0-9]{1,19}")


def whole(text: str) -> int:
    """A PostgreSQL bigint."""
    return _within(text, 2**63)


def small(text: str) -> int:
    """A PostgreSQL integer."""
    return _within(text, 2**31)


def _within(text: str, limit: int) -> int:
    if not _WHOLE.fullmatch(text) or not -limit <= int(text) < limit:
        raise ValueError("no whole number")
    return int(text)


def moment(text: str) -> datetime:
    """Dumps are in UTC and do not say so."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("no date") from None


def text(value: str) -> str:
    return value


def website(url: str) -> str:
    """The address where it is one that a browser may follow, else nothing."""
    try:
        good = len(url) <= 200 and urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        good = False
    return url if good else ""
