"""Who the exposed are, beside all who were active in the same time (画像)."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from events.engine import EVENTS, PEOPLE, Reader
from events.names import ACTIVE
from events.record import epoch_us
from experiments.measuring import vectors
from experiments.models import Phase

DIMENSIONS = ("source", "device", "language", "country")
TENURE = "tenure"
NEW, OLD = "new", "old"
MOST = 12  # values of a dimension


def composition(reader: Reader, phase: Phase) -> dict[str, Any]:
    """`exposed` and `active`: persons; `dimensions`: of each its values, with the persons of both kinds and their
    shares. A person is what their first event ever tells; `new` who came first while the phase lasted."""
    found = {"exposed": exposed(reader, phase), "active": active(reader, phase)}
    sizes = {name: _count(reader, table) for name, table in found.items()}
    return {**sizes, "dimensions": {name: _of(reader, phase, name, found, sizes) for name in (*DIMENSIONS, TENURE)}}


def exposed(reader: Reader, phase: Phase) -> ibis.Table:
    """(person) of those who count."""
    units = vectors.read(reader, phase, [])
    return reader.lend("exposed_persons", pa.table({"person": units.person}))


def active(reader: Reader, phase: Phase) -> ibis.Table:
    """(person) of those who did anything while the phase lasted."""
    ended = reader.as_of if phase.ended_at is None else min(reader.as_of, phase.ended_at)
    during = (EVENTS.epoch_us >= epoch_us(phase.started_at)) & (EVENTS.epoch_us < epoch_us(ended))
    return EVENTS.filter(EVENTS.name.isin(ACTIVE), during).select("person").distinct()


def told(phase: Phase, dimension: str) -> ibis.Table:
    """(person, value)"""
    if dimension == TENURE:
        value = ibis.ifelse(PEOPLE.epoch_us >= epoch_us(phase.started_at), NEW, OLD)
    else:
        value = PEOPLE[dimension]
    return PEOPLE.select("person", value=value)


def _of(
    reader: Reader, phase: Phase, dimension: str, found: dict[str, ibis.Table], sizes: dict[str, int]
) -> list[dict[str, Any]]:
    counts = {name: _counts(reader, phase, dimension, table) for name, table in found.items()}
    values = sorted(set().union(*counts.values()), key=lambda value: (-counts["exposed"].get(value, 0), value))
    return [
        {"value": value}
        | {name: counts[name].get(value, 0) for name in sizes}
        | {f"{name}_share": counts[name].get(value, 0) / size if size else None for name, size in sizes.items()}
        for value in values[:MOST]
    ]


def _counts(reader: Reader, phase: Phase, dimension: str, of: ibis.Table) -> dict[str, int]:
    rows = told(phase, dimension).semi_join(of, "person").group_by("value").agg(persons=ibis._.count())
    return {row["value"]: row["persons"] for row in reader.records(rows)}


def _count(reader: Reader, table: ibis.Table) -> int:
    return reader.records(table.agg(persons=table.count()))[0]["persons"]
