"""What waits to be written: rows that belong together under one key, and what is to be counted with them."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from events.collecting.checking import Act, Refused, as_text
from events.context import Context

KEPT_FOR = timedelta(days=31)  # a key; an event that comes later than 30 days after its act is refused anyway
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HOUR_US = 3_600_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Row(NamedTuple):
    """The columns of an event as they are copied; `at` and `person` follow from these."""

    epoch_us: int
    name: str
    unit: int
    session: int | None
    object_kind: str
    object_id: int | None
    value: float | None
    source: str
    device: str
    language: str
    country: str
    properties: str

    @property
    def at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.epoch_us)


@dataclass
class Parcel:
    """Written whole and once: a second one of the same key changes nothing."""

    source: str  # beacon, api or import
    day: date  # of arrival, UTC
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    rows: list[Row] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by (name, outcome)

    def take(self, act: Act, row: Row, *, now_us: int) -> None:
        self.rows.append(row)
        self.counts[act.name, "written"] += 1
        if late := lateness(now_us - act.epoch_us):
            self.counts[act.name, late] += 1

    def refuse(self, given: object, reason: str) -> None:
        self.counts[countable(given), reason] += 1


def row_of(act: Act, *, unit: int, context: Context) -> Row:
    kind, pk = act.object or ("", None)
    return Row(
        epoch_us=act.epoch_us,
        name=act.name,
        unit=unit,
        session=context.session,
        object_kind=kind,
        object_id=pk,
        value=act.value,
        source=context.source,
        device=context.device,
        language=context.language,
        country=context.country,
        properties=as_text(act.properties),
    )


def lateness(us: int) -> str:
    """How long after its act an event came, in the words of IntakeCount; empty within the hour."""
    if us <= _HOUR_US:
        return ""
    hours = us / _HOUR_US
    return "late_1h" if hours <= 24 else "late_1d" if hours <= 7 * 24 else "late_7d"


def countable(given: object) -> str:
    """The name by which a refused event is counted: only what could be one, since anybody may send anything."""
    name = given.get("name") if isinstance(given, dict) else None
    return name if isinstance(name, str) and _WORD.fullmatch(name) else ""


def refusal(index: int, error: Refused) -> dict[str, object]:
    """As the sender is told of it."""
    return {"index": index, "reason": error.reason, "detail": str(error)}


def pack(parcel: Parcel) -> str:
    counts = [[name, outcome, count] for (name, outcome), count in parcel.counts.items()]
    said = [parcel.key.hex, parcel.source, parcel.day.isoformat(), parcel.rows, counts]
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def unpack(packed: bytes) -> Parcel:
    key, source, day, rows, counts = json.loads(packed)
    counted = Counter({(name, outcome): count for name, outcome, count in counts})
    return Parcel(source, date.fromisoformat(day), uuid.UUID(key), [Row(*row) for row in rows], counted)


def rows_of(parcels: Iterable[Parcel]) -> list[Row]:
    return [row for parcel in parcels for row in parcel.rows]
