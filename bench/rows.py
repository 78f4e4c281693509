"""What one metric of one arm costs in a report, from sums to intervals: `python -m bench.rows`.

Welch, relative, CUPED and the confidence sequences of both scales of both. Prints one JSON object: microseconds of
processor time by kind of metric, the median and the least of 50 rounds of 200.
"""

from __future__ import annotations

import json
import statistics
import timeit
from functools import partial
from time import process_time

import numpy as np

from experiments.stats.pairs import Measure, paired, slope
from experiments.stats.sums import Sums

UNITS, ROUNDS, CALLS = 5000, 50, 200


def main() -> None:
    print(json.dumps({kind: _measured(kind) for kind in ("mean", "proportion", "ratio")}))


def _measured(kind: str) -> dict[str, float]:
    random = np.random.default_rng(1)
    control, arm = (_arm(random, kind == "proportion") for _ in range(2))
    measure = Measure(kind, planned=2 * UNITS)
    row = partial(paired, measure, control, arm, slope(measure, control + arm))
    times = [one / CALLS * 1e6 for one in timeit.repeat(row, timer=process_time, number=CALLS, repeat=ROUNDS)]
    return {"median_us": round(statistics.median(times), 1), "least_us": round(min(times), 1)}


def _arm(random: np.random.Generator, binary: bool) -> Sums:
    x, d = random.poisson(9, UNITS), random.poisson(3, UNITS) + 1
    y = x + random.poisson(4, UNITS)
    y, x = ((y > 12).astype(int), (x > 9).astype(int)) if binary else (y, x)
    products = (y, y * y, x, x * x, x * y, d, d * d, y * d, x * d)
    return Sums(UNITS, *(int(one.sum()) for one in products))


if __name__ == "__main__":
    main()
