"""One unit's way from the payload to the rows of results: what was drawn, what it was shown, what it did, where it
counts. The values are those of the pass that makes the sums (measuring.vectors), beside the events themselves."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.utils.timezone import get_default_timezone_name

from events.engine import EVENTS, Reader, event_property
from events.record import epoch_us
from experiments import attributes
from experiments.debugging import drawing
from experiments.debugging.standing import COUNTED, Seen, Span, standing
from experiments.measuring import vectors
from experiments.measuring.days import Days, dated
from experiments.measuring.reading import EXPOSED, Range
from experiments.measuring.vectors import Vectors
from experiments.measuring.what import BEFORE, DAY, Measure, measure, scale
from experiments.metrics.filters import expression
from experiments.models import ExperimentMetric, MetricVersion, Phase

STAFF = "staff"
MOST = 200  # events of one metric that are told
SHOWN = ("source", "device", "language", "country")


def trace(reader: Reader, phase: Phase, unit: int) -> dict[str, Any]:
    """Of a member's id, or minus a visitor's. `draw` and `payload` are of now; `exposures` of the phase, whichever of
    the person's units they are of; `standing` is "counted" or why not; `cell` is the row of sums; `metrics` one each.
    Instants are microseconds since 1970."""
    person = _person(reader, unit)
    shown = _exposures(reader, phase, person)
    span = _span(reader, phase)
    told, first = standing([_seen(row) for row in shown], span)
    if person in reader.snapshot.staff:
        told, first = STAFF, None
    known = attributes_of(unit, shown)
    uses = list(_uses(phase)) if first else []
    found = vectors.read(reader, phase, [use.version for use in uses], of=Range(person, person)) if uses else None
    return {
        "unit": unit,
        "person": person,
        "phase": {"number": phase.number, "started": span.started, "ended": span.ended},
        "draw": drawing.drawn(phase, known),
        "payload": drawing.said(phase, known),
        "standing": told,
        "exposures": [{**row, "counts": span.counts(_seen(row))} for row in shown],
        "first": first.at if first else None,
        "cell": _cell(phase, first, reader) if first and told == COUNTED else None,
        "metrics": [_metric(reader, use, person, first.at, found) for use in uses] if first else [],
    }


def attributes_of(unit: int, shown: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What is known of a unit without a request: what is kept of it, and of its last exposure what came with it."""
    of_request = {name: shown[-1][name] for name in (*SHOWN, "path") if shown[-1][name]} if shown else {}
    if unit < 0:
        return {"id": str(unit), "visitor": str(-unit), "loggedIn": False, **of_request}
    return ChainMap(of_request, attributes.of_member(unit))  # type: ignore[arg-type] # it is only read


def _person(reader: Reader, unit: int) -> int:
    """Whose events they are; a visitor's are the member's whom it became."""
    found = reader.records(EVENTS.filter(EVENTS.unit == unit).select("person").limit(1))
    return found[0]["person"] if found else unit


def _exposures(reader: Reader, phase: Phase, person: int) -> list[dict[str, Any]]:
    of_phase = (EVENTS.name == EXPOSED) & (EVENTS.object_kind == "phase") & (EVENTS.object_id == phase.pk)
    rows = EVENTS.filter(of_phase, EVENTS.person == person, EVENTS.value.notnull())
    path = event_property(rows.properties, "path").fill_null("")
    columns = ("id", "epoch_us", "unit", "value", *SHOWN)
    return reader.records(rows.select(*columns, path=path).order_by("epoch_us", "id").limit(MOST))


def _seen(row: Mapping[str, Any]) -> Seen:
    return Seen(row["id"], row["epoch_us"], row["unit"], row["value"])


def _span(reader: Reader, phase: Phase) -> Span:
    as_of = epoch_us(reader.as_of)
    ended = as_of if phase.ended_at is None else min(as_of, epoch_us(phase.ended_at))
    return Span(epoch_us(phase.started_at), ended, len(phase.weights))


def _cell(phase: Phase, first: Seen, reader: Reader) -> dict[str, Any]:
    """The day is one of the site's time zone."""
    days = Days(first.at, epoch_us(reader.as_of), get_default_timezone_name())
    return {
        "phase": phase.number,
        "day": dated(int(days.of(np.array([first.at]))[0])).isoformat(),
        "variation": int(first.variation),
    }


def _uses(phase: Phase) -> Sequence[ExperimentMetric]:
    found = ExperimentMetric.objects.filter(experiment=phase.experiment_id)
    return list(found.select_related("version__metric", "version__denominator"))


def _metric(reader: Reader, use: ExperimentMetric, person: int, first: int, found: Vectors | None) -> dict[str, Any]:
    version, as_of = use.version, epoch_us(reader.as_of)
    part = measure(version)
    opens = first + (part.day or 0) * DAY
    closes = None if part.ends is None else first + part.ends
    return {
        "key": version.metric.key,
        "name": version.metric.name,
        "role": use.role,
        "kind": version.kind,
        "opens": opens,
        "closes": closes,
        "closed": closes is not None and closes <= as_of,
        **_values(version, found),
        "events": [
            {**row, "when": _when(row["epoch_us"], first, opens)}
            for row in _events(reader, part, person, first - BEFORE, closes or as_of)
        ],
    }


def _when(at: int, first: int, opens: int) -> str:
    """ "waiting": after the exposure, before the day that is looked at."""
    return "before" if at < first else "within" if at >= opens else "waiting"


def _values(version: MetricVersion, found: Vectors | None) -> dict[str, float | None]:
    """In whole units; None of who does not count."""
    if found is None or not len(found.person):
        return dict.fromkeys("yxd")
    y, x, d = found.values[version.pk]
    of_y, of_d = scale(version), scale(version.denominator) if version.denominator else 1
    return {"y": int(y[0]) / of_y, "x": int(x[0]) / of_y, "d": None if d is None else int(d[0]) / of_d}


def _events(reader: Reader, part: Measure, person: int, since: int, until: int) -> list[dict[str, Any]]:
    """All that any step of it counts, and its denominator, each once."""
    series = {one for of in part.parts() for one in of.steps}
    found: dict[int, dict[str, Any]] = {}
    for one in series:
        rows = EVENTS.filter(
            EVENTS.person == person,
            EVENTS.name.isin(sorted(one.names)),
            EVENTS.epoch_us >= since,
            EVENTS.epoch_us < until,
            expression(EVENTS, json.loads(one.where)),
        )
        asked = rows.select("id", "epoch_us", "name", "value").order_by("epoch_us", "id").limit(MOST)
        found |= {row["id"]: row for row in reader.records(asked)}
    return sorted(found.values(), key=lambda row: (row["epoch_us"], row["id"]))[:MOST]
