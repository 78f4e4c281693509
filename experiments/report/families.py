"""Several arms and goals at once: p-values adjusted within a family, which decide and are shown.

The primary metric's tests, one for each arm beside control, are a family of their own, so that goals which come or go
while it runs leave its answer alone. Secondary goals are another family: they are read, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.report.material import PRIMARY, SECONDARY
from experiments.stats.families import holm

Rows = Sequence[dict[str, Any]]


def adjust(metrics: Rows) -> dict[str, int]:
    """Fills `p_adjusted` of each arm's test, of its sequence and of the test at the planned size by Holm's method.
    Guardrails have a level of their own, and what has no window is no test. Returns how many tests each family has."""
    sizes = {}
    for role in (PRIMARY, SECONDARY):
        rows = [row for one in metrics if one["role"] == role and one["window_s"] is not None for row in one["arms"]]
        for tests in (rows, list(_sequences(rows)), [row["plan"] for row in rows if row["plan"]]):
            _holm(tests)
        sizes[role] = len(rows)
    return sizes


def _holm(tests: Rows) -> None:
    told = [test for test in tests if test["p"] is not None]
    for test, p in zip(told, holm([test["p"] for test in told]), strict=True):
        test["p_adjusted"] = p


def _sequences(rows: Rows) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row["sequential"] and row["sequential"]["absolute"]:
            yield row["sequential"]["absolute"]


def deciding_p(test: Mapping[str, Any], *, arms: int) -> float | None:
    """Of the primary metric. One arm against control is one test, declared before the start: its own p decides."""
    return test["p"] if arms == 1 else test["p_adjusted"]


def deciding_plan(row: Mapping[str, Any], *, arms: int) -> float | None:
    """Of the fixed test at the planned size; None before it was made."""
    return deciding_p(row["plan"], arms=arms) if row["plan"] else None


def deciding_sequence(row: Mapping[str, Any], *, arms: int) -> float | None:
    """Of an arm's sequences: both must be told from 0. It is judged on the absolute scale and shown on the relative
    one, whose interval would else hold 0 beside a verdict."""
    found = row["sequential"] or {}
    if not found.get("absolute"):
        return None
    p, relative = deciding_p(found["absolute"], arms=arms), found.get("relative")
    return max(p, relative["p"]) if p is not None and relative else p
