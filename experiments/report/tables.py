"""A report's numbers in rows: for CSV, for the tables under the charts, for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from experiments.models import Override
from experiments.report import wording

Body = Mapping[str, Any]
NUMBERS = ("control_n", "control_mean", "n", "mean", "absolute", "absolute_se", "p", "p_adjusted", "relative")
HEADER = (
    *("metric", "role", "arm", *NUMBERS),
    *("relative_low", "relative_high", "sequential_low", "sequential_high", "sequential_p"),
    *("cuped_relative", "cuped_low", "cuped_high", "cuped_p", "chance_to_beat", "status", "reading"),
)
RESULTS = ("metrics", "cohorts", "impact")


def is_hidden(body: Body, reviewed: Override | None) -> bool:
    """Of arms that do not have the units they should, nothing is shown but on a reviewer's word."""
    return body["health"]["srm"]["status"] == "fail" and reviewed is None


def public(body: Body, *, hidden: bool) -> dict[str, Any]:
    """As programs get it; results that are hidden are null."""
    return {**body, "hidden": hidden, **(dict.fromkeys(RESULTS) if hidden else {})}


def flat(body: Body) -> list[Sequence[Any]]:
    """A header, then a row for each arm of each metric."""
    keys = {arm["index"]: arm["key"] for arm in body["arms"]}
    return [
        HEADER,
        *(_line(metric, row, keys[row["arm"]]) for metric in body["metrics"] for row in metric["arms"]),
    ]


def _line(metric: Mapping[str, Any], row: Mapping[str, Any], arm: str) -> list[Any]:
    control = metric["control"]
    numbers = {**row, "control_n": control["n"], "control_mean": control["mean"]}
    sequence, cuped = (row["sequential"] or {}).get("relative") or {}, row["cuped"] or {}
    return [
        *(metric["name"], metric["role"], arm, *(numbers[name] for name in NUMBERS)),
        *_ends(row["relative_ci"]),
        *_ends(sequence.get("ci")),
        ((row["sequential"] or {}).get("absolute") or {}).get("p"),
        *(cuped.get("relative"), *_ends(cuped.get("relative_ci")), cuped.get("p")),
        *((row["bayes"] or {}).get("chance"), row["status"], row["reading"]),
    ]


def _ends(ci: Sequence[float | None] | None) -> Sequence[float | None]:
    return ci or (None, None)


def numbers(body: Body) -> list[dict[str, Any]]:
    """All that is known of each arm of each metric, in words."""
    return [_told(body, metric, row) for metric in body["metrics"] for row in metric["arms"]]


def _told(body: Body, metric: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    sequence, cuped, bayes = row["sequential"] or {}, row["cuped"], row["bayes"]
    return {
        "metric": _(metric["name"]),
        "arm": wording.arm_name(body, row["arm"]),
        "n": wording.number(row["n"], digits=0),
        "control_n": wording.number(metric["control"]["n"], digits=0),
        "absolute": _number(row["absolute"], metric["kind"]),
        "relative": wording.interval(row["relative_ci"]),
        "p": wording.p_value(row["p"]),
        "adjusted": wording.p_value(row["p_adjusted"]),
        "sequential": wording.interval((sequence.get("relative") or {}).get("ci")),
        "sequential_p": wording.p_value((sequence.get("absolute") or {}).get("p")),
        "cuped": cuped and wording.percent(cuped["relative"], signed=True),
        "cuped_ci": wording.interval(cuped["relative_ci"]) if cuped else "",
        "narrower": wording.percent(cuped["variance_reduction"], digits=0) if cuped else "",
        "chance": wording.percent(bayes["chance"]) if bayes else "–",
        "loss": wording.percent(bayes["loss_taking"], digits=2) if bayes else "–",
    }


def _number(value: float | None, kind: str) -> str:
    if value is None:
        return "–"
    if kind in wording.SHARES:
        return wording.percent(value, signed=True, digits=2)
    return wording.number(value, signed=True, digits=3)


def cohorts(body: Body) -> list[dict[str, Any]]:
    rows = body["cohorts"]["rows"] if body["cohorts"] else []
    return [
        {
            "day": date.fromisoformat(row["day"]),
            "control": row["control"],
            "arms": [(n, wording.percent(effect, signed=True), wording.interval(ci)) for n, effect, ci in row["arms"]],
        }
        for row in rows
    ]


def exposures(body: Body) -> list[tuple[date, Sequence[int]]]:
    """Newest first."""
    return [(date.fromisoformat(day), units) for day, *units in reversed(body["health"]["exposures"])]
