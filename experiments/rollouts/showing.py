"""A rollout as its page shows it: a headline, the way it went, what its guardrails say. No statistics: what was seen is
stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from experiments.models import Metric, MetricVersion, Rollout, RolloutStep
from experiments.report import wording
from experiments.report.drawing import Axis, path
from experiments.rollouts.words import share

LEFT, RIGHT, TOP, BOTTOM = 56, 712, 16, 176
ENDS = (RolloutStep.Verdict.DONE, RolloutStep.Verdict.ROLLED_BACK)


@dataclass(frozen=True, slots=True)
class Guardrail:
    name: str
    without: str
    having: str
    change: str
    p: str
    level: str
    reading: str
    tone: str


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class Way:
    """The share over time, as stairs: each of the six steps is as high as the others."""

    line: str
    marks: Sequence[Mark]
    levels: Sequence[tuple[float, str]]
    days: Sequence[tuple[float, datetime]]


@dataclass(frozen=True, slots=True)
class Shown:
    headline: str
    steps: Sequence[RolloutStep]
    guardrails: Sequence[Guardrail]
    units: Sequence[int]
    way: Way


def shown(rollout: Rollout) -> Shown:
    steps = list(rollout.history.select_related("by").order_by("pk"))
    seen = steps[-1].evidence
    return Shown(
        headline=_headline(rollout),
        steps=steps,
        guardrails=_guardrails(seen),
        units=seen.get("units", ()),
        way=_way(rollout, steps),
    )


def _headline(rollout: Rollout) -> str:
    words = {
        Rollout.State.RUNNING: _("%(share)s of the units have it, and as many are watched without it."),
        Rollout.State.HELD: _("Held: %(share)s of the units have it."),
        Rollout.State.ROLLED_BACK: _("Rolled back: nobody has it."),
        Rollout.State.DONE: _("Everybody has it."),
    }
    return words[Rollout.State(rollout.state)] % {"share": share(rollout.share)}


def _guardrails(seen: Mapping[str, Any]) -> list[Guardrail]:
    guards = seen.get("guards", ())
    versions = MetricVersion.objects.select_related("metric").in_bulk([guard["version"] for guard in guards])
    return [_guardrail(guard, versions[guard["version"]]) for guard in guards]


def _guardrail(guard: Mapping[str, Any], version: MetricVersion) -> Guardrail:
    if guard["p"] is None:
        reading, tone = _("too few units to guard"), ""
    elif guard["harmed"]:
        reading, tone = _("harmed"), "bad"
    else:
        reading, tone = _("no harm beyond the margin seen"), "good"
    return Guardrail(
        name=str(version.metric),
        without=_value(guard["control"], guard, version),
        having=_value(guard["arm"], guard, version),
        change=wording.percent(guard["relative"], signed=True),
        p=wording.p_value(guard["p"]),
        level=wording.p_value(guard["level"]),
        reading=reading,
        tone=tone,
    )


def _value(mean: float | None, guard: Mapping[str, Any], version: MetricVersion) -> str:
    if version.unit == Metric.Unit.SHARE:
        return wording.percent(mean, digits=2)
    return wording.value(mean, guard["kind"])


def _way(rollout: Rollout, steps: Sequence[RolloutStep]) -> Way:
    until = steps[-1].at if steps[-1].verdict in ENDS else max(timezone.now(), steps[-1].at)
    first, last = steps[0].at.timestamp(), until.timestamp()
    across = Axis(first, max(last, first + 3600), LEFT, RIGHT - LEFT)
    up = Axis(-1, len(Rollout.STEPS) - 1, BOTTOM, TOP - BOTTOM)
    marks = [_mark(step, across, up) for step in steps]
    levels = [(up.at(place), share(parts)) for place, parts in enumerate(Rollout.STEPS)]
    return Way(_stairs(marks, across.at(last)), marks, levels, [(LEFT, steps[0].at), (RIGHT, until)])


def _mark(step: RolloutStep, across: Axis, up: Axis) -> Mark:
    gone = step.verdict == RolloutStep.Verdict.ROLLED_BACK
    words = f"{step.get_verdict_display()}, {share(0 if gone else step.share)}: {step.reason}"
    return Mark(across.at(step.at.timestamp()), up.at(-1 if gone else step.step), step.verdict, words)


def _stairs(marks: Sequence[Mark], end: float) -> str:
    points: list[tuple[float, float] | None] = [(marks[0].x, marks[0].y)]
    for before, mark in zip(marks, marks[1:], strict=False):
        points += [(mark.x, before.y), (mark.x, mark.y)]
    return path([*points, (end, marks[-1].y)])
