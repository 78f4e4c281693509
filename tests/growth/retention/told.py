"""Small histories to ask, without a database: as a snapshot of events that no file holds yet."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

from events.engine import reading
from events.engine.snapshot import Snapshot
from events.engine.tables import SCHEMA
from events.record import epoch_us
from growth.reports.forms import params
from growth.reports.kinds import KINDS

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe")
BLANK = {"session": None, "object_kind": "", "object_id": None, "value": None}
TEXTS = ("source", "device", "language", "country")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Told(NamedTuple):
    person: int
    name: str
    at: datetime
    about: int | None = None
    value: float | None = None
    properties: dict[str, Any] = {}  # noqa: RUF012 (only read)

    @property
    def us(self) -> int:
        return epoch_us(self.at)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def moments(zone: str, first: datetime, days: int) -> st.SearchStrategy[datetime]:
    """Instants of some days, every other one at a local midnight, just before or just after it."""
    start = first.astimezone(ZoneInfo(zone)).date()
    steps = st.sampled_from([timedelta(0), timedelta(microseconds=1), -timedelta(microseconds=1)])
    midnights = st.builds(
        lambda day, step: datetime.combine(start + timedelta(day), datetime.min.time(), ZoneInfo(zone)) + step,
        st.integers(0, days),
        steps,
    )
    any_time = st.integers(0, days * 86_400).map(lambda seconds: first + timedelta(seconds=seconds))
    return st.one_of(midnights, any_time).map(lambda moment: moment.astimezone(UTC))


def snapshot(history: Iterable[Told], *, staff: Iterable[int] = ()) -> Snapshot:
    tail = pa.Table.from_pylist([_row(pk, one) for pk, one in enumerate(history, start=1)], SCHEMA)
    links = pa.table({"visitor": pa.array([], pa.int64()), "member": pa.array([], pa.int64())})
    return Snapshot(files=(), tail=tail, links=links, staff=frozenset(staff))


def _row(pk: int, one: Told) -> dict[str, Any]:
    return {
        **BLANK,
        **dict.fromkeys(TEXTS, ""),
        "id": pk,
        "epoch_us": one.us,
        "at": one.at,
        "name": one.name,
        "unit": one.person,
        "person": one.person,
        "object_kind": "" if one.about is None else "topic",
        "object_id": one.about,
        "value": one.value,
        "properties": json.dumps(one.properties),
    }


def asked(kind: str, /, **given: Any) -> dict[str, Any]:
    """The parameters of a question as a page and a command make them."""
    form = KINDS[kind].form(given)
    assert form.is_valid(), form.errors
    return params(form)


def answer(kind: str, history: Iterable[Told], as_of: datetime, /, **given: Any) -> dict[str, Any]:
    with reading(as_of=as_of, snapshot=snapshot(history)) as reader:
        return KINDS[kind].answer(asked(kind, **given), reader)


def people(kind: str, history: Iterable[Told], as_of: datetime, cell: dict[str, Any], /, **given: Any) -> list[int]:
    """Who is behind a number, in order; a person who comes twice is there twice."""
    with reading(as_of=as_of, snapshot=snapshot(history)) as reader:
        found = KINDS[kind].people(asked(kind, **given), cell, reader)
        return sorted(row["person"] for row in reader.records(found))
