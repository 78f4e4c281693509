"""What is measured: the phases of experiments, the versions of metrics that they ask for, the events these count."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from events.record import epoch_us
from experiments.models import Experiment, ExperimentMetric, MetricVersion, Phase

Kind = MetricVersion.Kind
HOUR = 3600 * 1_000_000  # microseconds
DAY = 24 * HOUR
SECOND = 1000  # thousandths of a value, milliseconds of a time
VALUED = (Kind.SUM, Kind.QUANTILE)
BEFORE = 14 * DAY  # of which CUPED's covariate is


class Series(NamedTuple):
    """Events that count alike: their names, and what else must hold of them (a where as JSON)."""

    names: frozenset[str]
    where: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A version of a metric as the pass sees it; times in microseconds, the cap in minor units."""

    pk: int
    kind: str
    steps: tuple[Series, ...]
    window: int | None
    day: int | None = None
    cap: int | None = None
    below: Measure | None = None  # a ratio's denominator

    @property
    def series(self) -> Series:
        """That which is counted; a funnel's last step."""
        return self.steps[-1]

    @property
    def is_valued(self) -> bool:
        return self.kind in VALUED

    @property
    def ends(self) -> int | None:
        """After the first exposure the value is final then; None where it never is."""
        if self.day is not None:
            return (self.day + 1) * DAY
        return self.window

    def parts(self) -> Iterator[Measure]:
        yield self
        if self.below:
            yield self.below


@dataclass(frozen=True, slots=True)
class Asked:
    """A phase, and what is measured of it: keys of measures."""

    phase: int
    experiment: int
    arms: int
    started: int  # microseconds; exposures of [started, ended) count
    ended: int | None
    measures: frozenset[int]


@dataclass(frozen=True)
class What:
    phases: tuple[Asked, ...]  # by key
    measures: Mapping[int, Measure]

    @property
    def experiments(self) -> set[int]:
        return {asked.experiment for asked in self.phases}

    def longest(self, asked: Asked) -> int | None:
        """How long after the first exposure all values of a unit are final; None where they never are."""
        ends = [part.ends for pk in asked.measures for part in self.measures[pk].parts()]
        return None if None in ends else max((end for end in ends if end is not None), default=0)


def scale(version: MetricVersion) -> int:
    """Minor units in a whole one."""
    return SECOND if version.kind in (*VALUED, Kind.TIME) else 1


def is_summed(version: MetricVersion) -> bool:
    """Whether sums by day say all of it; the others (quantiles, caps at a share) are found of the units themselves."""
    return version.kind in MetricVersion.ADDITIVE and version.cap_share is None


def final_after(version: MetricVersion) -> timedelta | None:
    """How long after the first exposure a unit's value, and what it is divided by, are final; None: they never are."""
    ends = [part.ends for part in measure(version).parts()]
    return None if None in ends else timedelta(microseconds=max(end or 0 for end in ends))


def measured(only: Collection[int] | None = None) -> What:
    """All experiments whose results are refreshed, or of these only those with the keys in `only`."""
    experiments = Experiment.objects.measured()
    if only is not None:
        experiments = experiments.filter(pk__in=only)
    keys = list(experiments.values_list("pk", flat=True))
    return of(Phase.objects.filter(experiment__in=keys)) if keys else What((), {})


def of(phases: Iterable[Phase]) -> What:
    phases = sorted(phases, key=lambda phase: phase.pk)
    uses: dict[int, set[int]] = defaultdict(set)
    pairs = ExperimentMetric.objects.filter(experiment__in={phase.experiment_id for phase in phases})
    for experiment, version in pairs.values_list("experiment", "version"):
        uses[experiment].add(version)
    versions = MetricVersion.objects.filter(pk__in=set().union(*uses.values())).select_related("denominator")
    measures = {version.pk: measure(version) for version in versions if is_summed(version)}
    return What(tuple(asked(phase, uses[phase.experiment_id] & measures.keys()) for phase in phases), measures)


def measure(version: MetricVersion) -> Measure:
    where = json.dumps(version.where, sort_keys=True)
    return Measure(
        pk=version.pk,
        kind=version.kind,
        steps=tuple(Series(names, where) for names in version.steps),
        window=None if version.window_hours is None else version.window_hours * HOUR,
        day=version.day,
        cap=None if version.cap is None else round(version.cap * scale(version)),
        below=measure(version.denominator) if version.denominator else None,
    )


def asked(phase: Phase, measures: Collection[int]) -> Asked:
    """`measures`: keys of them."""
    return Asked(
        phase=phase.pk,
        experiment=phase.experiment_id,
        arms=len(phase.weights),
        started=epoch_us(phase.started_at),
        ended=None if phase.ended_at is None else epoch_us(phase.ended_at),
        measures=frozenset(measures),
    )
