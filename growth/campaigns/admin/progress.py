"""How far a campaign is: its rows by state, as numbers and as a bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from growth.campaigns.models import Campaign, Delivery

State = Delivery.State
WAITING = (State.DUE, State.LEASED)
PARTS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("sent", _("sent"), (State.SENT,)),
    ("held", _("held back for comparison"), (State.HELD,)),
    (
        "kept",
        _("kept from sending"),
        (State.CAPPED, State.UNSUBSCRIBED, State.NO_DEVICE, State.EXPIRED, State.CANCELLED),
    ),
    ("failed", _("not taken"), (State.DEAD_TOKEN, State.REJECTED, State.FAILED, State.UNKNOWN)),
    ("waiting", _("waiting"), WAITING),
)
WIDE = 1000  # units of the bar


@dataclass(frozen=True)
class Part:
    key: str
    name: Any
    count: int
    start: float  # of WIDE
    width: float
    states: list[tuple[str, Any, int]]  # key, name, count: those there are


@dataclass(frozen=True)
class Progress:
    total: int
    ended: int
    parts: list[Part]

    @property
    def percent(self) -> int:
        """Of its rows, how many have ended; 100 only when all have."""
        return self.ended * 100 // self.total if self.total else 0


def of(campaign: Campaign) -> Progress:
    rows = Delivery.objects.filter(campaign=campaign).order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict(rows)
    total, parts, start = sum(counts.values()), [], 0.0
    for key, name, states in PARTS:
        found = [(state, State(state).label, counts[state]) for state in states if state in counts]
        count = sum(n for _state, _name, n in found)
        width = WIDE * count / total if total else 0.0
        parts.append(Part(key, name, count, start, width, found))
        start += width
    return Progress(total, total - sum(counts.get(state, 0) for state in WAITING), parts)
