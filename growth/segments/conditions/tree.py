"""What a condition is made of: three ways to join, and six leaves. All are values: equal ones are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

SEEN = "seen"  # in place of a selection of events: anything that a person does, not what happens to them
Scalar: TypeAlias = str | int | float | bool


@dataclass(frozen=True)
class Bounds:
    """low ≤ x ≤ high; either may be open."""

    low: float | None = None
    high: float | None = None

    def hold(self, number: float) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


ONCE = Bounds(low=1)


@dataclass(frozen=True)
class Period:
    """Instants that every part which is given allows; without any, all of them.

    Days are of 24 hours before the moment of asking. `since` (included) and `until` (not included) are ISO dates or
    times as they were written, those without an offset in the site's time zone.
    """

    within_days: int | None = None  # no longer ago
    before_days: int | None = None  # longer ago
    since: str = ""
    until: str = ""

    def limits(self, as_of: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """The instants [first, end) of the period, each None where it is open."""
        firsts, ends = [], []
        if self.within_days is not None:
            firsts.append(as_of - timedelta(days=self.within_days))
        if self.before_days is not None:
            ends.append(as_of - timedelta(days=self.before_days))
        if self.since:
            firsts.append(instant(self.since, zone))
        if self.until:
            ends.append(instant(self.until, zone))
        return max(firsts, default=None), min(ends, default=None)


ALWAYS = Period()


def instant(text: str, zone: ZoneInfo) -> datetime:
    """The instant of an ISO date (its midnight) or time; ValueError where it is neither."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)


@dataclass(frozen=True)
class Events:
    """Which events: of these names, and with these properties, about this object, of this value."""

    names: str  # as events.names.select takes them, or SEEN
    where: tuple[tuple[str, tuple[Scalar, ...]], ...] = ()  # a property and the values it may have
    object_kind: str = ""
    object_id: int | None = None
    value: float | None = None


@dataclass(frozen=True)
class Did:
    """How often."""

    events: Events
    times: Bounds = ONCE
    period: Period = ALWAYS


@dataclass(frozen=True)
class When:
    """The first or the last time of all falls into the period."""

    last: bool
    events: Events
    period: Period


@dataclass(frozen=True)
class Measured:
    attribute: str
    bounds: Bounds


@dataclass(frozen=True)
class Named:
    attribute: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Flag:
    attribute: str
    value: bool


@dataclass(frozen=True)
class Dated:
    attribute: str
    period: Period


@dataclass(frozen=True)
class All:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Any:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    item: Node


Attribute: TypeAlias = Measured | Named | Flag | Dated
Leaf: TypeAlias = Did | When | Attribute
Node: TypeAlias = All | Any | Not | Leaf


def leaves(node: Node) -> Iterator[Leaf]:
    """From left to right."""
    if isinstance(node, All | Any):
        for item in node.items:
            yield from leaves(item)
    elif isinstance(node, Not):
        yield from leaves(node.item)
    else:
        yield node
