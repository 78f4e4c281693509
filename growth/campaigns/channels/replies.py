"""What a service answered, and what follows from it where the service gives it no meaning of its own. Pure.

RFC 9110: 15.5.9 (408), 15.6 (5xx), 10.2.3 (Retry-After); RFC 6585: 4 (429); RFC 8470: 5.2 (425).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from growth.campaigns.channels.interface import UNKNOWN, Kind, Outcome, Scope

LONGEST_WAIT = 86_400.0
"""Seconds that anybody may ask us to wait; addresses are chosen by members."""


@dataclass(frozen=True)
class Reply:
    """`code` is None where no answer came: `fault` says why, `written` whether all of the request went out before,
    `refused` that we did not ask, since it is no address that we send to. Names of headers are in small letters;
    `body` is the beginning of it."""

    code: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""
    written: bool = False
    refused: bool = False
    milliseconds: int = 0

    @property
    def ok(self) -> bool:
        return self.code is not None and 200 <= self.code < 300

    @property
    def after(self) -> float | None:
        return retry_after(self.headers.get("retry-after", ""), datetime.now(UTC))

    @property
    def json(self) -> dict[str, Any]:
        """What it says as an object; empty where it is none."""
        try:
            said = json.loads(self.body)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    def outcome(
        self,
        kind: Kind,
        *,
        external_id: str = "",
        after: float | None = None,
        reason: str = "",
        at: datetime | None = None,
        scope: Scope = "",
    ) -> Outcome:
        return Outcome(kind, external_id[:200], after, self.code, reason[:200], self.milliseconds, at, scope)


def plain_outcome(reply: Reply, *, throttles: Scope, reason: str = "") -> Outcome:
    """The meaning that HTTP itself gives; `throttles` is what a 429 speaks of, `reason` what the service called it."""
    if reply.refused:
        return reply.outcome("rejected", reason=reply.fault)
    if reply.code is None:
        return reply.outcome("retry", reason=UNKNOWN if reply.written else reply.fault)
    reason = reason or f"HTTP {reply.code}"
    if reply.code == 429:
        return reply.outcome("throttled", after=reply.after, reason=reason, scope=throttles)
    if reply.code >= 500 or reply.code in (408, 425):
        return reply.outcome("retry", after=reply.after, reason=reason)
    return reply.outcome("rejected", reason=reason)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds from now, of a number of them or of a date; None where it is neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max((then - now).total_seconds(), 0.0), LONGEST_WAIT)
