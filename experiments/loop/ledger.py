"""The ledger of a team: what its shipped experiments promised together, shrunk, beside what a holdout measured.

Effects are relative, of one metric, each as the report of its experiment last had it. The two need not be equal: gains
overlap and wear off.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import JSONField, QuerySet, TextField
from django.db.models.expressions import RawSQL

from experiments.models import Experiment, Holdout, Report, Team
from experiments.stats.shrinking import Found, Habit, habit, total

MOST = 2_000  # finished experiments that are read, the newest
REACH = 1.959963984540054  # of a normal interval of 95 %

# Of a report no more than the arms of its primary metric; the whole body is a hundred times as long.
_PRIMARY = """
(SELECT jsonb_build_object('name', metric -> 'name', 'arms', metric -> 'arms')
 FROM jsonb_array_elements(body -> 'metrics') metric WHERE metric ->> 'role' = 'primary' LIMIT 1)
"""
_SRM = "(body #>> '{health,srm,status}')"


@dataclass(frozen=True)
class Line:
    """One metric of one team. `sum` is None below three finished experiments, `measured` without a holdout's report;
    intervals are of 95 %."""

    team: Team | None
    metric: str
    finished: int
    shipped: int
    raw: float
    sum: float | None
    sum_ci: tuple[float, float] | None
    holdout: Holdout | None
    measured: Found | None
    difference: tuple[float, float] | None

    @property
    def measured_ci(self) -> tuple[float, float] | None:
        return _around(self.measured.effect, self.measured.error) if self.measured else None


@dataclass
class _Gathered:
    finished: list[Found] = field(default_factory=list)
    shipped: list[tuple[str, Found]] = field(default_factory=list)


def lines() -> list[Line]:
    """By team and metric; three queries."""
    gathered: dict[tuple[int | None, str], _Gathered] = defaultdict(_Gathered)
    for experiment, metric, found in _finished():
        one = gathered[experiment["experiment__team"], metric]
        one.finished.append(found)
        if experiment["experiment__decision"] == Experiment.Decision.SHIP:
            one.shipped.append((experiment["experiment__key"], found))
    teams, measured = Team.objects.in_bulk(), _measured()
    keys = sorted(gathered, key=lambda key: (str(teams.get(key[0] or 0, "")), key[1]))
    return [
        _line(teams.get(team or 0), metric, gathered[team, metric], measured.get((team, metric)))
        for team, metric in keys
    ]


def _line(team: Team | None, metric: str, one: _Gathered, held: tuple[Holdout, Found] | None) -> Line:
    """Where there is a holdout, the sum is of what it is kept from, so that both speak of the same."""
    holdout, measured = held or (None, None)
    won = [found for key, found in one.shipped if holdout is None or key in holdout.frozen_keys]
    usual: Habit | None = habit(one.finished)
    summed = total(won, usual) if usual else None
    return Line(
        team=team,
        metric=metric,
        finished=len(one.finished),
        shipped=len(won),
        raw=sum(found.effect for found in won),
        sum=summed.value if summed else None,
        sum_ci=_around(summed.value, math.sqrt(summed.variance)) if summed else None,
        holdout=holdout,
        measured=measured,
        difference=summed.beside(measured) if summed and measured else None,
    )


def _around(value: float, error: float) -> tuple[float, float]:
    return value - REACH * error, value + REACH * error


def _finished() -> Iterator[tuple[Mapping[str, Any], str, Found]]:
    rows = _reports().filter(experiment__kind=Experiment.Kind.AB).exclude(experiment__stopped_at=None)
    for row in rows.order_by("-experiment__stopped_at")[:MOST]:
        winner = row["experiment__winner"]
        yield from ((row, metric, found) for metric, found in _found(row, (winner,) if winner else ()))


def _measured() -> dict[tuple[int | None, str], tuple[Holdout, Found]]:
    """Of each team's newest frozen holdout: what those who have everything gained over those kept from it."""
    rows = _reports().filter(experiment__holdout__frozen_at__isnull=False).order_by("experiment__holdout__frozen_at")
    holdouts = Holdout.objects.in_bulk([row["experiment__holdout"] for row in rows])
    return {
        (holdouts[row["experiment__holdout"]].team_id, metric): (holdouts[row["experiment__holdout"]], found)
        for row in rows
        for metric, found in _found(row, ())
    }


def _reports() -> QuerySet[Any, Any]:
    found = Report.objects.annotate(
        primary=RawSQL(_PRIMARY, [], JSONField()),  # noqa: S611 (constants)
        srm=RawSQL(_SRM, [], TextField()),  # noqa: S611
    )
    return found.exclude(srm="fail").values(
        "primary",
        "experiment__key",
        "experiment__team",
        "experiment__winner",
        "experiment__decision",
        "experiment__holdout",
    )


def _found(row: Mapping[str, Any], arms: Iterable[int]) -> Iterator[tuple[str, Found]]:
    """Of the arm that shipped, else of the first beside control; none where it has no relative effect."""
    primary, wanted = row["primary"], set(arms)
    for arm in primary["arms"] if primary else ():
        if (not wanted or arm["arm"] in wanted) and arm["relative"] is not None and arm["relative_se"]:
            yield primary["name"], Found(arm["relative"], arm["relative_se"])
            return
