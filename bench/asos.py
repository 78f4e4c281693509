"""The guard over other people's experiments: 78 of a fashion shop, as they were seen twice a day.

    python -m bench.asos > asos.json

ASOS Digital Experiments Dataset (Liu, Cardoso, Couturier & McCoy 2021, arXiv:2111.10198): cumulative units, means and
variances of both arms, four metrics, of which more is taken to be better. Each of the 396 courses is looked at as our
guard would have: harm by the one-sided sequence at 0.01 beyond no margin, differences by the two-sided one at 0.05, and
at the end by Welch's test as if one had looked once. N* is the size that the course came to, as if it had been planned
so (`planned`), and 5,000, which stands in for no plan (`unplanned`). Needs the file alone: below FLYWHEEL_REFERENCE.
"""

from __future__ import annotations

import csv
import json
import math
import os
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.stats import guardrails, sequences
from experiments.stats.effects import compare
from experiments.stats.samples import Sample

HERE = Path(__file__).resolve().parent
FILE = "data/ab/asos_digital_experiments_dataset.csv"
HARM_ALPHA, ALPHA, UNPLANNED = 0.01, 0.05, 5000
BINARY = "1"  # the metric that is a share


@dataclass(frozen=True, slots=True)
class Look:
    day: float  # since the start
    control: Sample
    arm: Sample

    @property
    def units(self) -> int:
        return self.control.n + self.arm.n


@dataclass(frozen=True, slots=True)
class Course:
    """One metric of one variation, over time."""

    metric: str
    looks: Sequence[Look]


@dataclass(frozen=True, slots=True)
class Stop:
    look: int  # the first is 1
    day: float
    saved: float  # share of the time that was left
    better: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    course: Course
    fixed: str  # better, worse, none: at the end, two-sided at 0.05
    fixed_harm: bool  # at the end, one-sided at the guard's level
    sequential: Stop | None
    guard: Stop | None


def path() -> Path:
    return Path(os.environ.get("FLYWHEEL_REFERENCE") or HERE.parent.parent / "shared") / FILE


def read(file: Path) -> list[Course]:
    """Looks without a number of either arm are left out: 779 of 24,153."""
    found: dict[tuple[str, str, str], list[Look]] = defaultdict(list)
    with file.open(newline="") as lines:
        for row in csv.DictReader(lines):
            if all(row.values()):
                arms = [
                    Sample(int(row[f"count_{x}"]), float(row[f"mean_{x}"]), float(row[f"variance_{x}"])) for x in "ct"
                ]
                key = row["experiment_id"], row["variant_id"], row["metric_id"]
                found[key].append(Look(float(row["time_since_start"]), *arms))
    return [Course(metric, sorted(looks, key=lambda one: one.day)) for (_, _, metric), looks in found.items()]


def replay(course: Course, planned: int = 0) -> Replayed:
    """`planned` 0: as many as came."""
    last = course.looks[-1]
    size = planned or last.units
    effect = compare(last.control, last.arm)
    return Replayed(
        course,
        fixed=_answer(effect.absolute, effect.p),
        fixed_harm=effect.p is not None and (effect.absolute or 0) < 0 and effect.p / 2 < HARM_ALPHA,
        sequential=_first(course, lambda look: _differs(look, size)),
        guard=_first(course, lambda look: _harms(look, size)),
    )


def _answer(absolute: float | None, p: float | None) -> str:
    if p is None or absolute is None or p >= ALPHA:
        return "none"
    return "better" if absolute > 0 else "worse"


def _first(course: Course, tells: Callable[[Look], bool]) -> Stop | None:
    end = course.looks[-1].day
    for number, look in enumerate(course.looks, start=1):
        if _may_start(course, look) and tells(look):
            return Stop(number, look.day, 1 - look.day / end, look.arm.mean > look.control.mean)
    return None


def _may_start(course: Course, look: Look) -> bool:
    """How many units have a value above 0 is known of the share alone."""
    arms = (look.control, look.arm)
    least = min(one.n for one in arms)
    positive = min(one.n * one.mean for one in arms) if course.metric == BINARY else math.inf
    return sequences.may_start(least, int(min(positive, least)))


def _differs(look: Look, planned: int) -> bool:
    effect = compare(look.control, look.arm)
    found = sequences.look(effect.absolute, effect.absolute_se, look.units, planned=planned, alpha=ALPHA)
    return found is not None and found.p < ALPHA


def _harms(look: Look, planned: int) -> bool:
    found = guardrails.harmed(look.control, look.arm, guardrails.Guard(alpha=HARM_ALPHA), planned=planned)
    return found is not None and found.harmed


def summary(replays: Sequence[Replayed]) -> dict[str, Any]:
    guarded = [one for one in replays if one.guard]
    told = [one for one in replays if one.sequential]
    return {
        "courses": len(replays),
        "fixed": dict(Counter(one.fixed for one in replays)),
        "guard": {
            "stopped": len(guarded),
            "by_fixed_answer": dict(Counter(one.fixed for one in guarded)),
            "against_fixed_harm": _table((one.fixed_harm, one.guard is not None) for one in replays),
            "by_metric": dict(sorted(Counter(one.course.metric for one in guarded).items())),
            **_saved([one.guard for one in guarded if one.guard]),
        },
        "sequential": {
            "told": len(told),
            "better": sum(one.sequential.better for one in told if one.sequential),
            "by_fixed_answer": dict(Counter(one.fixed for one in told)),
            "opposite": sum(
                one.fixed == ("worse" if one.sequential.better else "better") for one in told if one.sequential
            ),
            **_saved([one.sequential for one in told if one.sequential]),
        },
    }


def _table(pairs: Iterator[tuple[bool, bool]]) -> dict[str, int]:
    counted = Counter(pairs)
    return {
        "both": counted[True, True],
        "fixed_only": counted[True, False],
        "guard_only": counted[False, True],
        "neither": counted[False, False],
    }


def _saved(stops: Sequence[Stop]) -> dict[str, Any]:
    if not stops:
        return {}
    return {
        "look": statistics.median(one.look for one in stops),
        "day": round(statistics.median(one.day for one in stops), 2),
        "saved_mean": round(statistics.fmean(one.saved for one in stops), 3),
        "saved_median": round(statistics.median(one.saved for one in stops), 3),
    }


def replayed(courses: Sequence[Course]) -> Mapping[str, Any]:
    return {
        name: summary([replay(course, planned) for course in courses])
        for name, planned in (("planned", 0), ("unplanned", UNPLANNED))
    }


def main() -> None:
    if not path().is_file():
        sys.exit(f"no {path()}; set FLYWHEEL_REFERENCE")
    print(json.dumps(replayed(read(path()))))


if __name__ == "__main__":
    main()
