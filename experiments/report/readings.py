"""What each row of the metrics says, as a code: wording.READINGS has the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.report import families
from experiments.report.material import GUARDRAIL, PRIMARY, Material


def read(metrics: Sequence[dict[str, Any]], material: Material) -> None:
    """Fills `reading` of every row."""
    for metric in metrics:
        for row in metric["arms"]:
            row["reading"] = _reading(metric, row, material)


def gain(row: Mapping[str, Any], *, higher_is_better: bool) -> float | None:
    """The effect, turned so that more is better; relative where control's mean is not 0."""
    effect = row["absolute"] if row["relative"] is None else row["relative"]
    return effect if effect is None or higher_is_better else -effect


def _reading(metric: Mapping[str, Any], row: Mapping[str, Any], material: Material) -> str:
    if row["status"] in ("too_few", "zero_variance"):
        return row["status"]
    if metric["role"] == GUARDRAIL:
        return "so_far" if metric["window_s"] is None else _guarded(row)
    if metric["window_s"] is None:
        return "so_far"
    if row["status"] == "scale_conflict":
        return "scale_conflict"
    return _told(metric, row, material)


def _guarded(row: Mapping[str, Any]) -> str:
    if row["harm"] is None:
        return "guard_waits"
    return "harmed" if row["harm"]["harmed"] else "not_harmed"


def _told(metric: Mapping[str, Any], row: Mapping[str, Any], material: Material) -> str:
    """A fixed test is believed where it was made as planned, once and of the primary metric; else only a sequence."""
    arms = len(material.arms) - 1 if metric["role"] == PRIMARY else 2
    if _is_told(families.deciding_sequence(row, arms=arms), material):
        return _side(metric, row)
    if _is_told(families.deciding_plan(row, arms=arms), material):
        return _side(metric, row["plan"])
    if _is_told(families.deciding_p(row, arms=arms), material):
        return f"{_side(metric, row)}_not_yet"
    return "no_difference"


def _is_told(p: float | None, material: Material) -> bool:
    return p is not None and p < material.alpha


def _side(metric: Mapping[str, Any], test: Mapping[str, Any]) -> str:
    return "better" if (gain(test, higher_is_better=metric["higher_is_better"]) or 0) > 0 else "worse"
