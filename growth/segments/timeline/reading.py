"""One person's events: of the lake's files only those that may hold them, and the rows that no file holds yet.

Files are sorted by person, so that of each one group of rows is read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis import ir

from events.engine import EVENTS, PEOPLE, Reader, reading
from events.engine.snapshot import Snapshot
from events.names import select
from events.record import epoch_us
from growth.reports.forms import moment
from growth.reports.kinds import Params

SIZE = 100
COLUMNS = ("id", "epoch_us", "name", "unit", "session", "object_kind", "object_id", "value", "properties")
FACTS = ("epoch_us", "source", "device", "language", "country", "join_method", "first_category")


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """`events`: a page, newest first; `after`: where the next one begins, empty on the last; `facts` of the person.
    Members of staff have timelines too."""
    units = _units(params["person"], reader.snapshot)
    with reading(as_of=reader.as_of, staff=True, snapshot=_pruned(reader.snapshot, units)) as own:
        rows = own.records(_page(params, units))
        facts = own.records(_facts(units))
    shown = rows[:SIZE]
    more = len(rows) > SIZE
    return {
        "events": shown,
        "after": f"{shown[-1]['epoch_us']}.{shown[-1]['id']}" if more else "",
        "facts": facts[0] if facts else {},
        "visitors": sorted(-unit for unit in units if unit < 0),
    }


def person(params: Params) -> ir.Table:
    return EVENTS.filter(EVENTS.person == params["person"]).select("person").distinct()


def _units(person: int, snapshot: Snapshot) -> list[int]:
    """The person, and the visitors who turned out to be them."""
    links = snapshot.links.filter(pc.equal(snapshot.links["member"], person))
    return [person, *(-visitor for visitor in links["visitor"].to_pylist())]


def _pruned(snapshot: Snapshot, units: list[int]) -> Snapshot:
    kept = [file for file in snapshot.files if any(file.person_min <= unit <= file.person_max for unit in units)]
    tail = snapshot.tail.filter(pc.is_in(snapshot.tail["unit"], value_set=pa.array(units, pa.int64())))
    return replace(snapshot, files=tuple(kept), tail=tail)


def _page(params: Params, units: list[int]) -> ir.Table:
    events = EVENTS.filter(EVENTS.unit.isin(units), EVENTS.person == units[0])
    if params["names"]:
        events = events.filter(events.name.isin(sorted(select(params["names"]))))
    if since := moment(params, "since"):
        events = events.filter(events.epoch_us >= epoch_us(since))
    if until := moment(params, "until"):
        events = events.filter(events.epoch_us < epoch_us(until))
    if params["after"]:
        us, pk = map(int, params["after"].split("."))
        events = events.filter((events.epoch_us < us) | ((events.epoch_us == us) & (events.id < pk)))
    newest_first = [ibis.desc("epoch_us"), ibis.desc("id")]
    return events.select(*COLUMNS).order_by(newest_first).limit(SIZE + 1)


def _facts(units: list[int]) -> ir.Table:
    return PEOPLE.filter(PEOPLE.person == units[0]).select(*FACTS)
