"""What each row of the metrics says, as a code: wording.READINGS has the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.report import families
from experiments.report.material import GUARDRAIL, PRIMARY, Material


def read(metrics: Sequence[dict[str, Any]], material: Material, ahead: Mapping[str, Any]) -> None:
    """Fills `reading` of every row."""
    planned = bool(ahead["planned"]) and ahead["matured"] >= ahead["planned"]
    for metric in metrics:
        for row in metric["arms"]:
            row["reading"] = _reading(metric, row, material, planned=planned)


def gain(row: Mapping[str, Any], *, higher_is_better: bool) -> float | None:
    """The effect, turned so that more is better; relative where control's mean is not 0."""
    effect = row["absolute"] if row["relative"] is None else row["relative"]
    return effect if effect is None or higher_is_better else -effect


def _reading(metric: Mapping[str, Any], row: Mapping[str, Any], material: Material, *, planned: bool) -> str:
    if row["status"] in ("too_few", "zero_variance"):
        return row["status"]
    if metric["role"] == GUARDRAIL:
        return "so_far" if metric["window_s"] is None else _guarded(row)
    if metric["window_s"] is None:
        return "so_far"
    if row["status"] == "scale_conflict":
        return "scale_conflict"
    side = "better" if (gain(row, higher_is_better=metric["higher_is_better"]) or 0) > 0 else "worse"
    return _told(side, metric, row, material, planned=planned)


def _guarded(row: Mapping[str, Any]) -> str:
    if row["harm"] is None:
        return "guard_waits"
    return "harmed" if row["harm"]["harmed"] else "not_harmed"


def _told(side: str, metric: Mapping[str, Any], row: Mapping[str, Any], material: Material, *, planned: bool) -> str:
    """A test that is looked at before its planned size is not over: only a sequence may be believed then."""
    arms = len(material.arms) - 1 if metric["role"] == PRIMARY else 2
    believed = families.deciding_sequence(row, arms=arms)
    if believed is not None and believed < material.alpha:
        return side
    p = families.deciding_p(row, arms=arms)
    if p is None or p >= material.alpha:
        return "no_difference"
    return side if planned else f"{side}_not_yet"
