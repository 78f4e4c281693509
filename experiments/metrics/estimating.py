"""What a definition would have measured lately: as if each person had been exposed right after their first act.

First acts of four weeks count, so long ago that each unit's value is final (of "all so far": the last four weeks). What
needs no act, like an answer received, is no first one. The numbers are those of refreshes (experiments.measuring).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import numpy as np

from events.engine import EVENTS, Reader
from events.names import NO_ACT
from events.record import epoch_us
from experiments.measuring.days import Ints
from experiments.measuring.reading import EventReading, Range, ranges
from experiments.measuring.values import Units
from experiments.measuring.what import BEFORE, measure, scale
from experiments.models import MetricVersion
from experiments.stats import caps, cuped, power, quantiles, samples
from experiments.stats.samples import Floats, Joint, Sample

Kind = MetricVersion.Kind

LATELY, WEEK = timedelta(days=28), timedelta(days=7)
ARMS = 2
SIZES = (500, 2_000, 10_000, 50_000)  # units per arm
EFFECTS = (0.01, 0.02, 0.05, 0.1, 0.2)  # relative
MOST_BARS = 12
UPPERMOST = 0.99  # values above this quantile share the last bar


@dataclass(frozen=True)
class People:
    """Persons (sorted) with the instant of their first act in the time looked at, and how many events are read."""

    person: Ints
    first: Ints
    rows: Ints
    week: int  # how many came in the last week of it


@dataclass(frozen=True)
class Found:
    """Of each unit, in whole units: the value, the same before, and the denominator where the kind has one."""

    y: Floats
    x: Floats
    d: Floats | None


def estimate(version: MetricVersion, reader: Reader) -> dict[str, Any]:
    """{"since", "until": ISO times of first acts; "units", "week": people; "mean", "variance", "correlation": with
    the same before, None where there is none; "positive": share of units with more than 0; "bars": [low, high, units]
    of the values; "mde": [units per arm, relative effect found]; "prices": [relative effect, units per arm and days of
    a fixed test, both of a sequential one]}
    """
    since, until = _lately(version, reader)
    people, found = replay(version, reader)
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "units": len(found.y),
        "week": people.week,
        "positive": float((found.y > 0).mean()) if len(found.y) else None,
        "bars": bars(_drawn(version, found)),
        **told(version, found, people.week),
    }


def replay(version: MetricVersion, reader: Reader) -> tuple[People, Found]:
    """Who came lately, so long ago that their values are final, and what the metric is of each."""
    since, until = _lately(version, reader)
    one = measure(version)
    series = tuple({step for part in one.parts() for step in part.steps})
    floor, end = epoch_us(since) - BEFORE, epoch_us(reader.as_of)
    asked = EventReading(series, version.kind in VALUED, floor, end)
    people = _people(reader, asked.names, since, until)
    return people, _capped(version, _values(reader, asked, people, version))


def _lately(version: MetricVersion, reader: Reader) -> tuple[datetime, datetime]:
    """Of first acts."""
    until = reader.as_of - (version.matures_after or timedelta())
    return until - LATELY, until


VALUED = (Kind.SUM, Kind.QUANTILE, Kind.RATIO)  # of a ratio the denominator may be a sum


def _people(reader: Reader, names: Sequence[str], since: datetime, until: datetime) -> People:
    own = EVENTS.name.notin(sorted(NO_ACT)) & EVENTS.epoch_us.between(epoch_us(since), epoch_us(until) - 1)
    counted = EVENTS.name.isin(names) & (EVENTS.epoch_us >= epoch_us(since) - BEFORE)
    found = reader.rows(
        EVENTS.filter(own | counted)
        .group_by("person")
        .agg(
            first=EVENTS.epoch_us.min(where=own),
            last=EVENTS.epoch_us.max(where=own),
            rows=counted.cast("int64").sum(),
            acts=own.cast("int64").sum(),
        )
        .filter(ibis._.acts > 0)
        .order_by("person")
    )
    week = int((found["last"].to_numpy() >= epoch_us(until - WEEK)).sum())
    return People(found["person"].to_numpy(), found["first"].to_numpy(), found["rows"].to_numpy(), week)


def _values(reader: Reader, asked: EventReading, people: People, version: MetricVersion) -> Found:
    one, parts = measure(version), []
    for of in ranges(people.person, people.rows, len(people.person)):
        here = slice(*np.searchsorted(people.person, [of.low, of.high + 1]))
        parts.append(_of_range(reader, asked, of, people.person[here], people.first[here]).values(one, slice(None)))
    below = scale(version.denominator) if version.denominator else 1
    return Found(
        _joined([part.y for part in parts], scale(version)),
        _joined([part.x for part in parts], scale(version)),
        _joined([part.d for part in parts if part.d is not None], below) if _is_quotient(version) else None,
    )


def _of_range(reader: Reader, asked: EventReading, of: Range, persons: Ints, first: Ints) -> Units:
    """Exposed a microsecond after the first act, which so does not count."""
    events = asked.events(reader, of, persons)
    return Units(events, np.arange(len(persons), dtype=np.int64), first + 1, asked.end)


def _joined(parts: list[Ints], minor: int) -> Floats:
    return np.concatenate(parts).astype(np.float64) / minor if parts else np.zeros(0)


def _is_quotient(version: MetricVersion) -> bool:
    return version.kind in (Kind.RATIO, Kind.FUNNEL, Kind.TIME)


def _capped(version: MetricVersion, found: Found) -> Found:
    """At a quantile of all units; a plain cap is in the values already."""
    if version.cap_share is None:
        return found
    limits = caps.percentiles([found.y], upper=version.cap_share)
    return Found(limits.capped(found.y), limits.capped(found.x), found.d)


def told(version: MetricVersion, found: Found, week: int) -> dict[str, Any]:
    sample, correlation = _sample(version, found), None
    if not _is_quotient(version) and version.kind != Kind.QUANTILE and len(found.y):
        correlation = cuped.slope([Joint.of_units(found.y, found.x)]).correlation
    known = not math.isnan(sample.mean)
    sizes = sorted({*SIZES, week // ARMS})
    return {
        "mean": sample.mean if known else None,
        "variance": sample.variance if known else None,
        "correlation": correlation,
        "mde": [[size, power.relative_mde(sample.mean, sample.variance, size) if known else None] for size in sizes],
        "prices": [_price(version, sample, effect, week) for effect in EFFECTS] if known else [],
    }


def _sample(version: MetricVersion, found: Found) -> Sample:
    n = len(found.y)
    if n < ARMS or found.d is not None and not found.d.sum():
        return samples.untold(n)
    if found.d is not None:
        return samples.ratio(Joint.of_units(found.y, found.d))
    if version.kind == Kind.QUANTILE:
        return quantiles.iid(found.y, version.quantile or 0.5)
    if version.kind in MetricVersion.SHARES:
        return samples.proportion(n, float(found.y.sum()))
    return Sample(n, float(found.y.mean()), float(found.y.var(ddof=1)))


def _price(version: MetricVersion, sample: Sample, effect: float, week: int) -> list[float | int | None]:
    matures = version.matures_after
    window = math.ceil(matures / timedelta(days=1)) if matures else 0
    try:
        if version.kind in (Kind.CONVERSION, Kind.RETENTION):
            aim = power.share_aim(sample.mean, effect)
        else:
            aim = power.mean_aim(sample.mean, sample.variance, effect)
    except ValueError:  # nothing to change, or no room for it
        return [effect, None, None, None, None]
    prices = power.priced(aim, daily=week / WEEK.days, weights=[1] * ARMS, window=window)
    return [effect, prices.fixed.units, prices.fixed.days, prices.sequential.units, prices.sequential.days]


def _drawn(version: MetricVersion, found: Found) -> Floats:
    """The values of which a distribution says something: of a time those that there are, of yes and no none."""
    if version.kind in MetricVersion.SHARES:
        return np.zeros(0)
    return found.y[found.d > 0] if version.kind == Kind.TIME and found.d is not None else found.y


def bars(values: Floats) -> list[list[float | int | None]]:
    """[low, high, how many in [low, high)]: one for 0, then as many as fit of equal width. What lies far out is in the
    last, which then has no high."""
    if not len(values):
        return []
    zeros, rest = int((values == 0).sum()), values[values != 0]
    found: list[list[float | int | None]] = [[0.0, 0.0, zeros]] if zeros else []
    if not len(rest):
        return found
    low, width = float(rest.min()), _width(rest)
    places = np.minimum((rest - low) // width, MOST_BARS - 1).astype(np.int64)
    counts = np.bincount(places)
    found += [[low + n * width, low + (n + 1) * width, int(count)] for n, count in enumerate(counts)]
    if rest.max() >= low + len(counts) * width:
        found[-1][1] = None
    return found


def _width(values: Floats) -> float:
    """Of a bar; a whole number where all values are."""
    width = float(np.quantile(values, UPPERMOST) - values.min()) / (MOST_BARS - 1)
    return width or 1.0 if (values % 1).any() else max(1.0, math.ceil(width))
