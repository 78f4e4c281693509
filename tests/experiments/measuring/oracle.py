"""What the tables must say, counted from the rows of events one unit at a time, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model

from events.models import Event, VisitorLink
from experiments.models import ArmDay, ExperimentMetric, ExposureDay, MetricVersion, Phase

SUMS = ("positive", "y", "yy", "x", "xx", "xy", "d", "dd", "yd", "xd")
NO_TIME = timedelta(0)


@dataclass(frozen=True)
class Unit:
    phase: int
    variation: int
    at: datetime
    person: int
    flipped: bool

    @property
    def day(self) -> Any:
        return self.at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def cells(as_of: datetime, phases: Iterable[Phase] | None = None) -> dict[tuple, dict[str, int]]:
    """(phase, version, variation, day) to the columns of ArmDay."""
    history = _history(as_of)
    found: dict[tuple, list[tuple[int, int, int]]] = defaultdict(list)
    for phase in Phase.objects.all() if phases is None else phases:
        versions = [use.version for use in ExperimentMetric.objects.filter(experiment=phase.experiment_id)]
        for unit in _units(phase, history):
            for version in versions:
                key = (phase.pk, version.pk, unit.variation, unit.day)
                found[key]  # a cell though all of its units flipped
                if not unit.flipped:
                    found[key].append(_value(version, unit, history[unit.person], as_of))
    return {key: _summed(units) for key, units in found.items()}


def exposures(as_of: datetime) -> dict[tuple, tuple[int, int]]:
    history = _history(as_of)
    found: dict[tuple, list[bool]] = defaultdict(list)
    for phase in Phase.objects.all():
        for unit in _units(phase, history):
            found[phase.pk, unit.variation, unit.day].append(unit.flipped)
    return {key: (len(flips), sum(flips)) for key, flips in found.items()}


def valued(version: MetricVersion, person: int, since: datetime, as_of: datetime) -> tuple[int, int, int]:
    """(y, x, d) of a person whose windows begin at an instant."""
    return _value(version, Unit(0, 0, since, person, flipped=False), _history(as_of)[person], as_of)


def written() -> dict[tuple, dict[str, int]]:
    return {
        (row.phase_id, row.version_id, row.variation, row.day): {"n": row.n}
        | {name: int(getattr(row, name)) for name in SUMS}
        for row in ArmDay.objects.all()
    }


def written_exposures() -> dict[tuple, tuple[int, int]]:
    return {(row.phase_id, row.variation, row.day): (row.units, row.flipped) for row in ExposureDay.objects.all()}


def _history(as_of: datetime) -> dict[int, list[Event]]:
    links = dict(VisitorLink.objects.values_list("visitor", "member"))
    staff = set(get_user_model().objects.filter(is_staff=True).values_list("pk", flat=True))
    found = defaultdict(list)
    for event in Event.objects.filter(at__lt=as_of).order_by("epoch_us", "id"):
        person = links.get(-event.unit, event.unit)
        if person not in staff:
            found[person].append(event)
    return found


def _units(phase: Phase, history: dict[int, list[Event]]) -> Iterable[Unit]:
    for person, events in history.items():
        shown = [event for event in events if _is_of(event, phase)]
        if shown:
            first = shown[0]
            flipped = any(event.unit == first.unit and event.value != first.value for event in shown)
            yield Unit(phase.pk, int(first.value), first.at, person, flipped)


def _is_of(event: Event, phase: Phase) -> bool:
    return (
        (event.name, event.object_kind, event.object_id) == ("exposed", "phase", phase.pk)
        and event.value in range(len(phase.weights))
        and phase.started_at <= event.at
        and (phase.ended_at is None or event.at < phase.ended_at)
    )


def _value(version: MetricVersion, unit: Unit, events: list[Event], as_of: datetime) -> tuple[int, int, int]:
    """(y, x, d)"""
    steps = [
        [event for event in events if event.name in names and _passes(event, version.where)] for names in version.steps
    ]
    end = min(as_of, unit.at + timedelta(hours=version.window_hours)) if version.window_hours else as_of
    after = [event for event in steps[-1] if unit.at <= event.at < end]
    before = [event for event in steps[-1] if unit.at - timedelta(days=14) <= event.at < unit.at]
    match version.kind:
        case "count":
            return _cap(version, len(after), 1), _cap(version, len(before), 1), 0
        case "sum":
            y, x = (sum(round((event.value or 0) * 1000) for event in some) for some in (after, before))
            return _cap(version, y, 1000), _cap(version, x, 1000), 0
        case "conversion":
            return int(bool(after)), int(bool(before)), 0
        case "retention":
            day = unit.at + timedelta(days=version.day)
            y = any(day <= event.at < day + timedelta(days=1) for event in steps[0])
            return int(y), len(before), 0
        case "ratio":
            below = _value(version.denominator, unit, events, as_of)[0]
            return _cap(version, len(after), 1), _cap(version, len(before), 1), below
        case "time":
            waited = (after[0].at - unit.at) // timedelta(milliseconds=1) if after else 0
            return _cap(version, waited, 1000), len(before), int(bool(after))
        case "funnel":
            reached = _reached(steps, unit.at, end)
            return int(reached == len(steps)), len(before), int(reached > 0)
    raise AssertionError(version.kind)


def _reached(steps: list[list[Event]], since: datetime, end: datetime) -> int:
    """How many steps, each at the earliest, none by an event that was one before."""
    used: set[int] = set()
    for number, step in enumerate(steps):
        able = [event for event in step if since <= event.at < end and event.pk not in used]
        earlier = {event.pk for other in steps[:number] for event in other}
        if number and step != steps[number - 1] and earlier & {event.pk for event in step}:
            able = [event for event in able if event.at > since]
        if not able:
            return number
        since = able[0].at
        used.add(able[0].pk)
    return len(steps)


def _passes(event: Event, where: dict[str, Any]) -> bool:
    """The few filters that these tests have."""
    for column, wanted in where.items():
        if column == "value" and not (event.value or 0) > wanted["$gt"]:
            return False
        if column == "device" and event.device != wanted:
            return False
    return True


def _cap(version: MetricVersion, value: int, scale: int) -> int:
    return value if version.cap is None else min(value, round(version.cap * scale))


def _summed(units: list[tuple[int, int, int]]) -> dict[str, int]:
    of = lambda a, b=None: sum(u[a] * (1 if b is None else u[b]) for u in units)  # noqa: E731
    y, x, d = range(3)
    return {
        "n": len(units),
        "positive": sum(u[y] > 0 for u in units),
        **{"y": of(y), "yy": of(y, y), "x": of(x), "xx": of(x, x), "xy": of(x, y)},
        **{"d": of(d), "dd": of(d, d), "yd": of(y, d), "xd": of(x, d)},
    }
