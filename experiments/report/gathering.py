"""The material of many experiments at once, by a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from experiments.measuring.what import final_after, is_summed, scale
from experiments.models import WHOLE, Experiment, ExperimentMetric, ExposureDay, MetricVersion, Phase, Variation
from experiments.report.material import PRIMARY, Arm, Cell, Exposed, Material, Measure, Stretch
from experiments.stats.sums import Sums

ROLES = ("primary", "secondary", "guardrail")  # in this order on the page

SUMS = ("n", "y", "yy", "x", "xx", "xy", "d", "dd", "yd", "xd")
TOLD = ", ".join([*(f"s.{name}::text" for name in SUMS), "s.positive"])
ADDED = ", ".join([*(f"sum(s.{name})::text" for name in SUMS), "sum(s.positive)::bigint"])

# Days up to `last` of a version have closed windows; a version without one has no `last`, and nothing of it matures.
BY_MATURITY = f"""
    SELECT s.phase_id, s.version_id, s.variation, coalesce(s.day <= w.last, false), {ADDED}
    FROM experiments_armday s JOIN unnest(%s::bigint[], %s::date[]) AS w(version, last) ON w.version = s.version_id
    WHERE s.phase_id = ANY(%s)
    GROUP BY 1, 2, 3, 4"""  # noqa: S608 - of names above
BY_DAY = f"""
    SELECT s.phase_id, s.day, s.variation, {TOLD}
    FROM experiments_armday s
    JOIN unnest(%s::bigint[], %s::bigint[], %s::date[]) AS w(phase, version, last)
      ON w.phase = s.phase_id AND w.version = s.version_id AND s.day <= w.last"""  # noqa: S608 - of names above


def gather(experiment_ids: Collection[int], as_of: datetime) -> list[Material]:
    """Of those that have a phase; by it, the last one, an experiment is read."""
    phases = _phases(experiment_ids)
    uses = _uses(phases.keys())
    arms = _arms(phases)
    exposed = _exposed(phases.values(), as_of)
    cells = _cells(phases.values(), {one.version: one for used in uses.values() for one in used}, as_of)
    cohorts = _cohorts(phases, uses, as_of)
    found = []
    for row in Experiment.objects.filter(pk__in=phases).defer("words").order_by("pk"):
        phase = phases[row.pk]
        matured, waiting = cells[phase.pk]
        found.append(
            Material(
                experiment=row.pk,
                kind=row.kind,
                as_of=as_of,
                today=timezone.localdate(as_of),
                phase=_stretch(phase),
                arms=arms[row.pk],
                measures=uses.get(row.pk, []),
                exposed=exposed[phase.pk],
                matured=matured,
                waiting=waiting,
                cohorts=cohorts[phase.pk],
                closed_until=_closed_until(uses.get(row.pk, []), as_of),
                alpha=row.alpha,
                power=row.power,
                planned=row.planned_units,
                min_days=row.min_days,
            )
        )
    return found


def _phases(experiment_ids: Collection[int]) -> dict[int, Phase]:
    newest = Phase.objects.filter(experiment__in=experiment_ids).values("experiment").annotate(newest=Max("number"))
    numbers = dict(newest.values_list("experiment", "newest"))
    rows = Phase.objects.filter(experiment__in=numbers).order_by("experiment")
    return {row.experiment_id: row for row in rows if row.number == numbers[row.experiment_id]}


def _uses(experiment_ids: Iterable[int]) -> dict[int, list[Measure]]:
    """Those that sums by day say all of; the others are computed on demand. Most experiments share their metrics."""
    rows = ExperimentMetric.objects.filter(experiment__in=experiment_ids).order_by("position", "pk")
    uses = list(rows.values_list("experiment", "version", "role", "margin"))
    versions = MetricVersion.objects.filter(pk__in={version for _, version, _, _ in uses})
    known = {
        version.pk: measure_of(version)
        for version in versions.select_related("metric", "denominator")
        if is_summed(version)
    }
    found: dict[int, list[Measure]] = defaultdict(list)
    for experiment, version, role, margin in uses:
        if version in known:
            found[experiment].append(replace(known[version], role=role, margin=margin))
    return {pk: sorted(used, key=lambda one: ROLES.index(one.role)) for pk, used in found.items()}


def measure_of(version: MetricVersion) -> Measure:
    below = version.denominator
    return Measure(
        version=version.pk,
        name=version.metric.name,
        role="",
        kind=version.kind,
        window=final_after(version),
        scale=scale(version) / scale(below) if below else scale(version),
        higher_is_better=version.higher_is_better,
        interference=version.interference,
    )


def _arms(phases: Mapping[int, Phase]) -> dict[int, list[Arm]]:
    found: dict[int, list[Arm]] = defaultdict(list)
    for row in Variation.objects.filter(experiment__in=phases).order_by("experiment", "index"):
        weights = phases[row.experiment_id].weights
        weight = weights[row.index] if row.index < len(weights) else 0
        found[row.experiment_id].append(Arm(row.index, row.key, row.name, weight))
    return found


def _exposed(phases: Iterable[Phase], as_of: datetime) -> dict[int, list[Exposed]]:
    found: dict[int, list[Exposed]] = defaultdict(list)
    rows = ExposureDay.objects.filter(phase__in=[phase.pk for phase in phases], day__lte=timezone.localdate(as_of))
    for phase, *row in rows.order_by("day").values_list("phase_id", "variation", "day", "units", "flipped"):
        found[phase].append(Exposed._make(row))
    return found


def last_day(one: Measure, as_of: datetime) -> date | None:
    """Whoever was first exposed on it or before has a closed window."""
    if one.window is None:
        return None
    return timezone.localdate(as_of - one.window) - timedelta(days=1)


def _closed_until(measures: Iterable[Measure], as_of: datetime) -> datetime | None:
    """Whoever was first exposed before it has a closed window of the primary metric."""
    last = next((last_day(one, as_of) for one in measures if one.role == PRIMARY), None)
    return None if last is None else end_of(last)


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, timezone.get_current_timezone())


Split = tuple[dict[tuple[int, int], Cell], dict[tuple[int, int], Cell]]  # matured, waiting


def _cells(phases: Iterable[Phase], measures: Mapping[int, Measure], as_of: datetime) -> dict[int, Split]:
    found: dict[int, Split] = defaultdict(lambda: ({}, {}))
    last = [last_day(one, as_of) for one in measures.values()]
    with connection.cursor() as cursor:
        cursor.execute(BY_MATURITY, [list(measures), last, [phase.pk for phase in phases]])
        for phase, version, variation, is_matured, *row in cursor.fetchall():
            found[phase][0 if is_matured else 1][version, variation] = _cell(row)
    return found


def _cohorts(
    phases: Mapping[int, Phase], uses: Mapping[int, list[Measure]], as_of: datetime
) -> dict[int, dict[date, dict[int, Cell]]]:
    """Of the primary metrics."""
    asked = [
        (phases[pk].pk, one.version, last_day(one, as_of))
        for pk, used in uses.items()
        for one in used
        if one.role == PRIMARY and one.window is not None
    ]
    found: dict[int, dict[date, dict[int, Cell]]] = defaultdict(lambda: defaultdict(dict))
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, [list(column) for column in zip(*asked, strict=True)] or [[], [], []])
        for phase, day, variation, *row in cursor.fetchall():
            found[phase][day][variation] = _cell(row)
    return found


def _cell(row: list[Any]) -> Cell:
    """Sums come as text: they are whole, and may be too large for anything but Python's numbers."""
    *sums, positive = row
    return Cell(Sums(*map(int, sums)), positive)


def _stretch(phase: Phase) -> Stretch:
    return Stretch(phase.pk, phase.number, phase.started_at, phase.ended_at, phase.coverage / WHOLE)
