"""Whether the tests keep their promises: false positives at twenty looks, and power at the planned size.

    python -m bench.calibration [--tests 2000] > calibration.json

Simulated experiments go through the code that reports go through (experiments.calibration.testing). `nothing`: of tests
where there is no difference, the shares that find one: at one look, at any of twenty looks by the same test, at any of
twenty by the confidence sequence. `power`: of tests of an effect that was planned for at 0.8, each of the two designs
at its own size and, of the sequence, how much of that it took. Needs no server.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402

from experiments.calibration import testing  # noqa: E402
from experiments.calibration.testing import ALPHA, LOOKS, Counted, Units  # noqa: E402
from experiments.report.material import Measure  # noqa: E402
from experiments.stats import calibrating, power  # noqa: E402

SHARE, LIFT, POWER = 0.2, 0.15, 0.8
DAY = timedelta(days=1)


def conversions(random: np.random.Generator, n: int, lift: float = 0.0) -> tuple[Units, testing.Ints]:
    """A share of 0.2, with what they did before as the covariate."""
    arms, before = random.integers(0, 2, n), (random.random(n) < SHARE).astype(np.int64)
    chance = SHARE * (1 + lift * arms) * (0.5 + 0.5 * before / SHARE)
    return _units("conversion", (random.random(n) < chance).astype(np.int64), before), arms


def counts(random: np.random.Generator, n: int) -> tuple[Units, testing.Ints]:
    """With a long tail: most did nothing, a few very much."""
    habit = random.gamma(0.3, 5.0, n)
    return _units("count", random.poisson(habit), random.poisson(habit)), random.integers(0, 2, n)


def _units(kind: str, y: Any, x: Any) -> Units:
    measure = Measure(version=1, name=kind, role="primary", kind=kind, window=DAY)
    return Units(measure, np.arange(len(y)), y.astype(np.int64), x.astype(np.int64), np.zeros(len(y), np.int64))


def nothing(make: Any, n: int, tests: int) -> dict[str, Any]:
    counted = Counted()
    for test in range(tests):
        counted.add(*testing.tested(*make(np.random.default_rng(test), n)))
    told = counted.told()
    return {"units": n, "tests": tests, **{name: told[name] for name in told if name != "p"}}


def powered(tests: int) -> dict[str, Any]:
    """Both arms of the size that each design asks for."""
    aim = power.share_aim(SHARE, LIFT, alpha=ALPHA, power=POWER)
    sizes = {"fixed": 2 * power.fixed_size(aim), "sequential": 2 * power.sequential_size(aim)}
    return {"share": SHARE, "relative": LIFT, **{name: _found(n, tests) for name, n in sizes.items()}}


def _found(n: int, tests: int) -> dict[str, Any]:
    """Of a size: what one look at the end finds, what the sequence does, and after how many units it did."""
    fixed, sequential, taken = 0, 0, list[float]()
    for test in range(tests):
        looks, row = testing.tested(*conversions(np.random.default_rng(10**6 + test), n, LIFT))
        fixed += row["p"] < ALPHA
        told = next((place for place, one in enumerate(looks, 1) if (one.sequential or 1) < ALPHA), None)
        sequential += told is not None
        taken.append((told or LOOKS) / LOOKS)
    return {
        "units": n,
        "by_fixed": asdict(calibrating.share(fixed, tests)),
        "by_sequence": asdict(calibrating.share(sequential, tests)),
        "taken": round(statistics.fmean(taken), 3),
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tests", type=int, default=2000)
    tests, start = asked.parse_args().tests, time.perf_counter()
    found = {
        "looks": LOOKS,
        "alpha": ALPHA,
        "nothing": {
            "share": nothing(conversions, 4_000, tests),
            "small_share": nothing(conversions, 400, tests),
            "long_tail": nothing(counts, 20_000, tests),
        },
        "power": powered(tests),
        "seconds": round(time.perf_counter() - start, 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
