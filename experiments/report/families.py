"""Several arms and goals at once: p-values adjusted within one family, which decide and are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.report.material import GUARDRAIL
from experiments.stats.families import holm


def adjust(metrics: Sequence[dict[str, Any]]) -> int:
    """Fills `p_adjusted` of each arm's test and of its sequence by Holm's method, over arms × goals: guardrails have
    a level of their own. Returns how many tests the family has."""
    rows = [row for metric in metrics if metric["role"] != GUARDRAIL for row in metric["arms"]]
    for tests in (rows, list(_sequences(rows))):
        told = [test for test in tests if test["p"] is not None]
        for test, p in zip(told, holm([test["p"] for test in told]), strict=True):
            test["p_adjusted"] = p
    return len(rows)


def _sequences(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row["sequential"] and row["sequential"]["absolute"]:
            yield row["sequential"]["absolute"]


def deciding_p(test: Mapping[str, Any], *, arms: int) -> float | None:
    """Of the primary metric. One arm against control is one test, declared before the start: its own p decides."""
    return test["p"] if arms == 1 else test["p_adjusted"]


def deciding_sequence(row: Mapping[str, Any], *, arms: int) -> float | None:
    """Of an arm's sequences: both must be told from 0. It is judged on the absolute scale and shown on the relative
    one, whose interval would else hold 0 beside a verdict."""
    found = row["sequential"] or {}
    if not found.get("absolute"):
        return None
    p, relative = deciding_p(found["absolute"], arms=arms), found.get("relative")
    return max(p, relative["p"]) if p is not None and relative else p
