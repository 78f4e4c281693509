"""Where the arms do not have the units that their weights promise: by what units were at their first exposure, and
since which hour. Pure but for `imbalance`, which reads.

All values of a dimension are one family, corrected by Holm's method. By hours the e-process of Lindon & Malek (2022,
arXiv:2011.03567) is looked at after each: its alarm is false with probability α at most, however often one looks.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from events.engine import Reader
from experiments.measuring import vectors
from experiments.models import Phase
from experiments.report.health import MISMATCH_ALPHA
from experiments.stats import balance
from experiments.stats.families import holm

DIMENSIONS = ("device", "language", "country", "source", "properties.path")
HOUR = 3600 * 1_000_000  # microseconds
MOST = 20  # values of a dimension; the smaller ones beyond are one, OTHERS
OTHERS = None
ALARM = -math.log(MISMATCH_ALPHA)


def imbalance(reader: Reader, phase: Phase) -> dict[str, Any]:
    """Over the units that count: `total`, `hours` and `diverged` of by_hour, `dimensions` with by_value of each."""
    dimensions, units = {}, None
    for dimension in DIMENSIONS:
        units = vectors.read(reader, phase, [], dimension=dimension)
        told = units.dimension.tolist() if units.dimension is not None else []
        dimensions[dimension] = by_value(zip(told, units.variation.tolist(), strict=True), phase.weights)
    pairs = [] if units is None else [*zip(units.first_us.tolist(), units.variation.tolist(), strict=True)]
    hours = by_hour(pairs, phase.weights)
    counts = Counter(arm for _at, arm in pairs)
    return {
        "total": _tested([counts[arm] for arm in range(len(phase.weights))], phase.weights),
        "alarm": ALARM,
        "hours": hours,
        "diverged": diverged(hours),
        "dimensions": dimensions,
    }


def by_value(units: Iterable[tuple[str, int]], weights: Sequence[int]) -> list[dict[str, Any]]:
    """Of (value, variation) of each unit: the largest values first, OTHERS last, each with its χ² and Holm's p."""
    counts: dict[str | None, list[int]] = defaultdict(lambda: [0] * len(weights))
    for value, arm in units:
        counts[value][arm] += 1
    largest = sorted(counts, key=lambda value: (-sum(counts[value]), value or ""))
    order = [*largest[:MOST], *([OTHERS] if len(largest) > MOST else [])]
    for other in largest[MOST:]:
        counts[OTHERS] = [a + b for a, b in zip(counts[OTHERS], counts[other], strict=True)]
    rows = [{"value": value, **_tested(counts[value], weights)} for value in order]
    for row, adjusted in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p_adjusted"] = adjusted
    return rows


def _tested(observed: Sequence[int], weights: Sequence[int]) -> dict[str, Any]:
    found = balance.check(_named(observed), _named(weights))
    return {"observed": [*observed], "expected": [*found.expected.values()], "chi2": found.chi2, "p": found.p}


def _named(numbers: Sequence[int]) -> dict[str, int]:
    return {str(arm): number for arm, number in enumerate(numbers)}


def by_hour(units: Iterable[tuple[int, int]], weights: Sequence[int]) -> list[dict[str, Any]]:
    """Of (first exposure in microseconds, variation) of each unit: the hours that had any, each with its own counts and
    the logarithm of the evidence of all up to its end (infinite where an arm without weight has units: None)."""
    counts: Mapping[int, list[int]] = defaultdict(lambda: [0] * len(weights))
    for at, arm in units:
        counts[at // HOUR][arm] += 1
    so_far, rows = [0] * len(weights), []
    for hour in sorted(counts):
        so_far = [a + b for a, b in zip(so_far, counts[hour], strict=True)]
        evidence = balance.log_evidence(_named(so_far), _named(weights))
        rows.append(
            {"hour": hour * HOUR, "observed": counts[hour], "evidence": evidence if evidence < math.inf else None}
        )
    return rows


def diverged(hours: Sequence[Mapping[str, Any]]) -> int | None:
    """The first hour at whose end the evidence passes the alarm."""
    return next((row["hour"] for row in hours if row["evidence"] is None or row["evidence"] >= ALARM), None)
