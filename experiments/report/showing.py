"""A stored report as its page shows it: words, numbers as people write them, and where they lie in the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experiments.models import ExperimentMetric
from experiments.report import wording
from experiments.report.drawing import Axis, Span, common_axis, span

Body = Mapping[str, Any]
STALE = timedelta(hours=3)
WIDTH = 300  # of a row's picture
GOOD, WAIT, BAD = "good", "wait", "bad"
SRM = {"ok": GOOD, "warn": WAIT, "fail": BAD}


@dataclass(frozen=True, slots=True)
class Chip:
    """One sign of health."""

    state: str
    words: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An arm of a metric."""

    arm: int
    name: str
    metric: Mapping[str, Any]
    row: Mapping[str, Any]
    role: str
    first: bool  # of its metric
    control: str
    mean: str
    change: str
    reading: str
    tone: str  # good, bad, or none
    at: float | None
    solid: Span | None
    wings: Span | None


def chips(body: Body) -> list[Chip]:
    health = body["health"]
    return [_srm(health["srm"]), _flips(health["flips"]), _bias(health["bias"]), _age(body), *_maturity(body)]


def _srm(srm: Mapping[str, Any]) -> Chip:
    state = SRM[srm["status"]]
    more = _("Units %(observed)s, expected %(expected)s; χ² = %(chi2)s.") % {
        "observed": " / ".join(wording.number(n, digits=0) for n in srm["observed"]),
        "expected": " / ".join(wording.number(n, digits=0) for n in srm["expected"]),
        "chi2": wording.number(srm["chi2"]),
    }
    told = wording.p_value(min(srm["p"], srm["p_after"]))
    return Chip(state, _("Sample ratio: p %(p)s") % {"p": told if told.startswith("<") else f"= {told}"}, more)


def _flips(flips: Mapping[str, Any]) -> Chip:
    words = _("Flips: %(share)s") % {"share": wording.percent(flips["share"])}
    return Chip(BAD if flips["status"] == "fail" else GOOD, words, _("Units that saw more than one variation."))


def _bias(bias: Mapping[str, Any]) -> Chip:
    found = ", ".join(_(one["name"]) for one in bias["found"])
    if found:
        return Chip(BAD, _("Bias before exposure: %(metrics)s") % {"metrics": found})
    return Chip(GOOD, _("Bias before exposure: none") if bias["tests"] else _("Bias before exposure: not known"))


def _age(body: Body) -> Chip:
    as_of = datetime.fromisoformat(body["as_of"])
    late = body["phase"]["ended_at"] is None and timezone.now() - as_of > STALE
    return Chip(WAIT if late else GOOD, _("Data up to %(age)s ago") % {"age": timesince(as_of, depth=1)})


def _maturity(body: Body) -> list[Chip]:
    share = body["health"]["maturity"]["share"]
    if share is None:
        return []
    words = _("%(share)s of units are mature") % {"share": wording.percent(share, digits=0)}
    return [Chip(GOOD if share > 0.95 else WAIT, words, _("Their window of the primary metric has closed."))]


def axis(body: Body) -> Axis:
    """The primary metric is seen whole."""
    told = [(metric["role"], row["relative_ci"]) for metric in body["metrics"] for row in metric["arms"]]
    whole = [ci for role, ci in told if role == "primary"]
    return common_axis([ci for _role, ci in told], start=6, length=WIDTH - 12, whole=whole)


def rows(body: Body, common: Axis) -> list[Row]:
    return [
        _row(body, metric, row, common, first=place == 0)
        for metric in body["metrics"]
        for place, row in enumerate(metric["arms"])
    ]


def _row(body: Body, metric: Mapping[str, Any], row: Mapping[str, Any], common: Axis, *, first: bool) -> Row:
    sequence = (row["sequential"] or {}).get("relative")
    relative = row["relative"]
    change = wording.percent(relative, signed=True)
    if relative is None and row["absolute"] is not None:
        change = wording.number(row["absolute"], signed=True, digits=3)
    return Row(
        arm=row["arm"],
        name=wording.arm_name(body, row["arm"]),
        metric=metric,
        row=row,
        role=str(ExperimentMetric.Role(metric["role"]).label),
        first=first,
        control=wording.value(metric["control"]["mean"], metric["kind"]),
        mean=wording.value(row["mean"], metric["kind"]),
        change=change,
        reading=str(wording.READINGS[row["reading"]]),
        tone={"better": "good", "worse": "bad", "harmed": "bad"}.get(row["reading"], ""),
        at=common.at(relative) if relative is not None and common.holds(relative) else None,
        solid=span(common, row["relative_ci"]),
        wings=span(common, sequence and sequence["ci"]),
    )


def ticks(common: Axis) -> list[tuple[float, str]]:
    digits = 0 if all(abs(tick * 100 - round(tick * 100)) < 1e-6 for tick in common.ticks) else 1
    return [(common.at(tick), wording.percent(tick, signed=True, digits=digits)) for tick in common.ticks]


def impact(body: Body) -> list[str]:
    """What the primary metric would gain if all units had an arm, in words."""
    found = []
    for one in body["impact"]:
        told = {name: wording.number(number, signed=True, digits=_digits(one)) for name, number in _ends(one).items()}
        told |= {"arm": wording.arm_name(body, one["arm"]), "units": wording.number(one["units"], digits=0)}
        found.append(IMPACT % told)
    return found


IMPACT = gettext_lazy("If all %(units)s units a day had “%(arm)s”: %(gain)s a day (%(low)s to %(high)s).")


def _ends(one: Mapping[str, Any]) -> dict[str, float]:
    return {"gain": one["gain"], "low": one["ci"][0], "high": one["ci"][1]}


def _digits(one: Mapping[str, Any]) -> int:
    return 0 if max(abs(end) for end in one["ci"]) >= 10 else 1


def how(body: Body) -> list[str]:
    """How it was counted."""
    return [*_drawn(body), *_counted(body), *_judged(body)]


def _drawn(body: Body) -> list[str]:
    planned = body["outlook"]["planned"]
    told = {"share": wording.percent(1 - body["alpha"], digits=0), "planned": wording.number(planned or 0, digits=0)}
    if not planned:
        return [_("Relative change against control, %(share)s. Solid: one look. Dashed: valid at every look.") % told]
    return [
        _(
            "Relative change against control, %(share)s. Solid: one look, at the planned size of %(planned)s units. "
            "Dashed: valid at every look (confidence sequence)."
        )
        % told
    ]


def _counted(body: Body) -> list[str]:
    maturity = body["health"]["maturity"]
    waiting = maturity["units"] - maturity["matured"]
    found = []
    if waiting:
        words = ngettext(
            "A unit counts once its window has closed; %(n)s is not counted yet.",
            "A unit counts once its window has closed; %(n)s are not counted yet.",
            waiting,
        )
        found.append(words % {"n": wording.number(waiting, digits=0)})
    primary = next((metric for metric in body["metrics"] if metric["role"] == "primary"), None)
    cuped = next((row["cuped"] for row in primary["arms"] if row["cuped"]), None) if primary else None
    if primary and cuped and cuped["variance_reduction"] > 0:
        narrower = wording.percent(1 - (1 - cuped["variance_reduction"]) ** 0.5, digits=0)
        words = _("CUPED with the 14 days before exposure narrows %(metric)s by %(narrower)s: shown, not decided by.")
        found.append(words % {"metric": _(primary["name"]), "narrower": narrower})
    if body["outlook"]["mde"]:
        words = _("With the units there are, a change of %(effect)s would be found.")
        found.append(words % {"effect": wording.percent(body["outlook"]["mde"])})
    return found


def _judged(body: Body) -> list[str]:
    found = []
    if len(body["arms"]) > 2:
        words = _(
            "The variations are %(n)d tests of the primary metric: their p-values are adjusted together (Holm), and "
            "decide so."
        )
        found.append(words % {"n": len(body["arms"]) - 1})
    elif any(metric["role"] == "primary" for metric in body["metrics"]):
        found.append(_("The primary metric is one test, told before the start."))
    if any(metric["role"] == "secondary" for metric in body["metrics"]):
        found.append(_("Secondary goals are adjusted among themselves (Holm), and decide nothing."))
    if any(metric["role"] == "guardrail" for metric in body["metrics"]):
        found.append(_("Guardrails are one-sided sequential tests that share an α of 0.01."))
    return found
