"""What one metric of one arm costs in a report, from sums to its row: `python -m bench.rows`.

`report.effects.measured` as reports run it, of an experiment with one arm beside control: Welch, relative, CUPED, the
confidence sequences of both scales, the Bayesian view; of a guardrail the test of harm too. Prints one JSON object:
microseconds of processor time by kind and role of the metric, the median and the least of 50 rounds of 200.
"""

from __future__ import annotations

import json
import statistics
import timeit
from datetime import UTC, datetime, timedelta
from functools import partial
from time import process_time

import numpy as np

from experiments.report.effects import measured
from experiments.report.material import GUARDRAIL, PRIMARY, SHARES, Arm, Cell, Material, Measure, Stretch
from experiments.stats.sums import Sums

UNITS, ROUNDS, CALLS = 5000, 50, 200
KINDS = ("count", "conversion", "ratio")
START = datetime(2026, 1, 1, tzinfo=UTC)
ARMS = [Arm(0, "control", "Control", 1), Arm(1, "guide", "Guide", 1)]


def main() -> None:
    found = {f"{kind}, {role}": _timed(kind, role) for kind in KINDS for role in (PRIMARY, GUARDRAIL)}
    print(json.dumps(found))


def _timed(kind: str, role: str) -> dict[str, float]:
    measure = Measure(1, kind, role, kind, margin=0.05, window=timedelta(days=7))
    row = partial(measured, _material(measure), measure, 1)
    times = [one / CALLS * 1e6 for one in timeit.repeat(row, timer=process_time, number=CALLS, repeat=ROUNDS)]
    return {"median_us": round(statistics.median(times), 1), "least_us": round(min(times), 1)}


def _material(measure: Measure) -> Material:
    random = np.random.default_rng(1)
    return Material(
        experiment=1,
        kind="ab",
        as_of=START + timedelta(days=20),
        today=(START + timedelta(days=20)).date(),
        phase=Stretch(1, 1, START, None, 1.0),
        arms=ARMS,
        measures=[measure],
        exposed=[],
        matured={(measure.version, arm.index): _cell(random, measure.kind in SHARES) for arm in ARMS},
        waiting={},
        planned=2 * UNITS,
    )


def _cell(random: np.random.Generator, binary: bool) -> Cell:
    x, d = random.poisson(9, UNITS), random.poisson(3, UNITS) + 1
    y = x + random.poisson(4, UNITS)
    y, x = ((y > 12).astype(int), (x > 9).astype(int)) if binary else (y, x)
    products = (y, y * y, x, x * x, x * y, d, d * d, y * d, x * d)
    return Cell(Sums(UNITS, *(int(one.sum()) for one in products)), int((y > 0).sum()))


if __name__ == "__main__":
    main()
