"""What is decided of a row, and how many of them are written down at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from growth.campaigns.models import Delivery

State = Delivery.State
OPEN = (State.DUE, State.LEASED)
MAY_HAVE_ARRIVED = "may_have_arrived"  # in `why`, since a request whose answer never came; a replay does not end it


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row. None and "" leave what stands there, but for `reason` and `lease`, which are replaced."""

    delivery: Delivery
    state: str
    reason: str = ""
    due_at: datetime | None = None
    postponed: str = ""
    lease: UUID | None = None
    would_send: bool | None = None
    channel: str = ""
    tried: int = 0  # attempts that count
    told: Mapping[str, Any] = field(default_factory=dict)  # added to `why`

    @property
    def is_final(self) -> bool:
        return self.state not in OPEN

    def hand_over(self) -> None:
        """What it says is what the row in hand says, too."""
        row = self.delivery
        row.state, row.lease, row.channel = self.state, self.lease, self.channel
        row.why = row.why | dict(self.told)

    @property
    def gives_back(self) -> bool:
        """Whether the row's places in caps are free again."""
        return "caps" in self.told and not self.told["caps"]


def end(row: Delivery, state: str, reason: str = "", *, would_send: bool | None = None, tried: int = 0) -> Verdict:
    """The end of a row by which nothing went out; with it its places in caps. What is only for those who are sent to is
    `held` for one that is held back, with the same reason.

    One that may have gone out by an earlier request keeps its places, and that a later one failed says nothing."""
    if row.held and state not in (State.EXPIRED, State.CANCELLED):
        state = State.HELD
    may_have_arrived = bool(row.why.get(MAY_HAVE_ARRIVED))
    if may_have_arrived and state in (State.FAILED, State.REJECTED, State.DEAD_TOKEN):
        state = State.UNKNOWN
    told = {"caps": None} if row.why.get("caps") and not may_have_arrived else {}
    return Verdict(row, state, reason, would_send=would_send, tried=tried, told=told)


def later(row: Delivery, due_at: datetime, why: str, *, tried: int = 0) -> Verdict:
    """Postponed, but not beyond its expiry: then it is taken up to end."""
    return Verdict(row, State.DUE, due_at=min(due_at, row.expires_at), postponed=why, tried=tried)


# A row whose lease is no longer the one it was decided under is another worker's, and stays as it is.
WRITE = """
UPDATE campaigns_delivery AS delivery SET
  state = said.state, reason = said.reason, lease = said.lease, tries = delivery.tries + said.tried,
  due_at = coalesce(said.due_at, delivery.due_at), postponed = coalesce(nullif(said.postponed, ''), delivery.postponed),
  would_send = coalesce(said.would_send, delivery.would_send),
  channel = coalesce(nullif(said.channel, ''), delivery.channel),
  why = delivery.why || said.told,
  ended_at = CASE WHEN said.state NOT IN ('due', 'leased') THEN %(now)s::timestamptz END
FROM jsonb_to_recordset(%(said)s::jsonb) AS said(
  id bigint, before uuid, state text, reason text, lease uuid, tried integer, due_at timestamptz, postponed text,
  would_send boolean, channel text, told jsonb
)
WHERE delivery.id = said.id AND delivery.lease IS NOT DISTINCT FROM said.before
RETURNING delivery.id
"""


def write(verdicts: Sequence[Verdict], *, now: datetime) -> set[int]:
    """Write them in one statement; the ids of the rows that were still as their `delivery` says."""
    if not verdicts:
        return set()
    with connection.cursor() as cursor:
        said = json.dumps([_said(verdict) for verdict in verdicts], cls=DjangoJSONEncoder)
        cursor.execute(WRITE, {"now": now, "said": said})
        return {pk for (pk,) in cursor.fetchall()}


def _said(verdict: Verdict) -> dict[str, Any]:
    """As WRITE reads it: JSON, of which Python and PostgreSQL each make more in a second than of arrays."""
    return {
        "id": verdict.delivery.pk,
        "before": verdict.delivery.lease,
        "state": verdict.state,
        "reason": verdict.reason.replace("\0", "")[:60],
        "lease": verdict.lease,
        "tried": verdict.tried,
        "due_at": verdict.due_at and verdict.due_at.isoformat(),  # the encoder's own way keeps milliseconds alone
        "postponed": verdict.postponed[:40],
        "would_send": verdict.would_send,
        "channel": verdict.channel,
        "told": dict(verdict.told),
    }
