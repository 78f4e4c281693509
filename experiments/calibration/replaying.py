"""The nightly A/A tests: who came in the last four weeks, divided by many seeds, tested, and what was found written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from django.core.cache import cache
from django.utils import timezone

from events.engine import Reader, reading
from experiments import tasks
from experiments.calibration import drawing, testing
from experiments.calibration.testing import Counted, Units
from experiments.measuring.what import final_after, is_summed, scale
from experiments.metrics.estimating import replay
from experiments.models import Calibration, Metric, MetricVersion
from experiments.report.material import Measure
from experiments.stats import balance, calibrating, sequences
from experiments.stats.samples import Floats

TESTS = 500
LONGEST = 3600  # seconds after which it is taken to have died
LEAST = 200  # persons, below which a metric says nothing of the tests
Body = dict[str, Any]


def calibrate(as_of: datetime | None = None, *, tests: int = TESTS) -> Calibration | None:
    """Write the night's. None where another is at it.

    body = {"looks", "alpha", "metrics": [{"version", "name", "units", "fixed", "cuped", "sequential", "peeked": each
    {"count", "of", "share", "low", "high"} or null, "coverage", "cuped_coverage", "p": histogram}], "srm": {"p":
    histogram, "alarms": a share}}
    """
    with alone() as is_alone:
        if not is_alone:
            return None
        with reading(as_of=as_of) as reader:
            metrics = everyday(reader)
            found, _is_new = Calibration.objects.update_or_create(
                day=timezone.localdate(reader.as_of),
                defaults={"as_of": reader.as_of, "tests": tests, "body": run(metrics, tests)},
            )
    return found


@contextmanager
def alone() -> Iterator[bool]:
    is_alone = cache.add(tasks.CALIBRATING, timezone.now().isoformat(), LONGEST)
    try:
        yield is_alone
    finally:
        if is_alone:
            cache.delete(tasks.CALIBRATING)


def everyday(reader: Reader) -> list[tuple[MetricVersion, Units]]:
    """Metrics that are summed by day, of people enough of whom some have a value at all."""
    newest = [metric.newest_id for metric in Metric.objects.living().with_newest()]
    versions = (
        MetricVersion.objects.filter(pk__in=newest).select_related("metric", "denominator").order_by("metric__key")
    )
    found = [(version, _units(version, reader)) for version in versions if is_summed(version)]
    return [(version, units) for version, units in found if _says_something(units)]


def _says_something(units: Units) -> bool:
    return len(units.person) >= LEAST and int(np.count_nonzero(units.y)) >= 2 * sequences.MIN_POSITIVE


def _units(version: MetricVersion, reader: Reader) -> Units:
    people, found = replay(version, reader)
    order = np.argsort(people.first, kind="stable")
    minor, below = scale(version), scale(version.denominator) if version.denominator else 1
    denominators = np.zeros(len(order)) if found.d is None else found.d
    measure = Measure(
        version=version.pk,
        name=version.metric.name,
        role="primary",
        kind=version.kind,
        window=final_after(version),
        scale=minor / below,
        higher_is_better=version.higher_is_better,
    )
    y, x, d = _whole(found.y, minor), _whole(found.x, minor), _whole(denominators, below)
    return Units(measure, people.person[order], y[order], x[order], d[order])


def _whole(values: Floats, minor: int) -> testing.Ints:
    return np.rint(values * minor).astype(np.int64)


def run(metrics: list[tuple[MetricVersion, Units]], tests: int) -> Body:
    """Each seed divides everybody once, for all metrics."""
    everyone = np.unique(np.concatenate([units.person for _version, units in metrics] or [np.zeros(0, np.int64)]))
    words, ratios = drawing.texts(everyone), list[float]()
    places = [np.searchsorted(everyone, units.person) for _version, units in metrics]
    counted = [Counted() for _ in metrics]
    for test in range(tests):
        arms = drawing.arms(words, f"calibration-{test}")
        ratios.append(_balance(arms))
        for (_version, units), place, one in zip(metrics, places, counted, strict=True):
            one.add(*testing.tested(units, arms[place]))
    return {
        "looks": testing.LOOKS,
        "alpha": testing.ALPHA,
        "people": len(everyone),
        "metrics": [_metric(units, one) for (_version, units), one in zip(metrics, counted, strict=True)],
        "srm": {
            "p": calibrating.histogram(ratios),
            "alarms": asdict(calibrating.false_positives(ratios, balance.FAIL)) if len(everyone) else None,
        },
    }


def _metric(units: Units, counted: Counted) -> Body:
    measure = units.measure
    return {"version": measure.version, "name": measure.name, "units": len(units.person), **counted.told()}


def _balance(arms: testing.Ints) -> float:
    """The p of the sample ratio, as a report's health has it."""
    second = int(arms.sum())
    return balance.check({"0": len(arms) - second, "1": second}, {"0": 1.0, "1": 1.0}).p
