"""The dashboard's panels: metrics that are read together, drawn, told and tabled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from growth.home import charts, wording
from growth.home.comparing import Comparison, Number, compare
from growth.home.metrics import METRICS, Metric, Unit
from growth.home.models import WeeklyNumber
from growth.home.periods import Period


@dataclass(frozen=True)
class Plan:
    key: str
    title: Promise
    draw: Callable[[charts.Series, Unit], str]
    metrics: tuple[str, ...]


PLANS = (
    Plan("members", _("Members"), charts.lines, ("members",)),
    Plan("new", _("New members"), charts.bars, ("new_members",)),
    Plan("active", _("Active members"), charts.bars, ("active_members",)),
    Plan("topics", _("Topics"), charts.bars, ("topics",)),
    Plan("answers", _("Answers"), charts.bars, ("answers",)),
    Plan("first-answer", _("Time to first answer"), charts.lines, ("first_answer_median", "first_answer_p75")),
    Plan("answered", _("Answered in time"), charts.lines, ("answered_in_a_day", "answered_in_a_week")),
    Plan("unanswered", _("Unanswered share"), charts.bars, ("unanswered", "unanswered_today")),
)


@dataclass(frozen=True)
class Figure:
    """A metric's last full week beside what came before, in words."""

    label: Promise
    definition: Promise
    colour: str
    now: str
    week: str
    before: str
    before_change: str
    mean: str
    mean_change: str


@dataclass(frozen=True)
class Row:
    week: str
    cells: tuple[tuple[str, bool], ...]  # (value, complete)
    questions: int | None


@dataclass(frozen=True)
class Panel:
    plan: Plan
    figures: tuple[Figure, ...]
    data: str
    options: str
    rows: tuple[Row, ...]  # newest first
    unfinished: bool


def read(period: Period) -> list[Panel]:
    """Every panel over the weeks of the period, by one query; none where nothing was computed yet."""
    numbers: Mapping[str, list[Number]] = defaultdict(list)
    fields = ("week", "value", "numerator", "denominator", "complete")
    for metric, *values in WeeklyNumber.objects.between(period.first, period.last).values_list("metric", *fields):
        numbers[metric].append(Number(*values))
    return [_panel(plan, numbers) for plan in PLANS if all(numbers.get(key) for key in plan.metrics)]


def _panel(plan: Plan, numbers: Mapping[str, list[Number]]) -> Panel:
    metrics = [METRICS[key] for key in plan.metrics]
    series = [(metric.label, numbers[metric.key]) for metric in metrics]
    unit = metrics[0].unit
    return Panel(
        plan=plan,
        figures=tuple(
            _figure(metric, compare(numbers[metric.key], metric.unit), colour)
            for metric, colour in zip(metrics, charts.COLOURS, strict=False)
        ),
        data=plan.draw(series, unit),
        options=charts.options(unit),
        rows=_rows(metrics, numbers),
        unfinished=any(not number.complete for _label, found in series for number in found),
    )


def _figure(metric: Metric, found: Comparison | None, colour: str) -> Figure:
    now = found.last.value if found else None
    before, mean = (found.before, found.mean) if found else (None, None)
    return Figure(
        label=metric.label,
        definition=metric.definition,
        colour=colour,
        now=wording.of_number(found.last, metric.unit) if found else wording.NOTHING,
        week=found.last.week.isoformat() if found else "",
        before=wording.shown(before, metric.unit),
        before_change=wording.difference(now, before, metric.unit),
        mean=wording.shown(mean, metric.unit),
        mean_change=wording.difference(now, mean, metric.unit),
    )


def _rows(metrics: Sequence[Metric], numbers: Mapping[str, list[Number]]) -> tuple[Row, ...]:
    weeks = zip(*(numbers[metric.key] for metric in metrics), strict=True)
    return tuple(
        Row(
            week=week[0].week.isoformat(),
            cells=tuple(
                (wording.of_number(number, metric.unit), number.complete)
                for metric, number in zip(metrics, week, strict=True)
            ),
            questions=week[0].denominator,
        )
        for week in reversed(list(weeks))
    )
