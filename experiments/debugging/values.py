"""Metrics that sums over units do not say: quantiles, and values that count for no more than a share of the units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from events.engine import Reader
from experiments.measuring import vectors
from experiments.measuring.what import is_summed, scale
from experiments.models import MetricVersion, Phase
from experiments.report.gathering import measure_of
from experiments.report.groups import Groups, contrasted, gathered
from experiments.report.slicing import counted, groups_of, sliced
from experiments.stats import caps, quantiles
from experiments.stats.samples import Floats, Sample, untold

Take = Callable[[Floats], Sample]


def compared_by(reader: Reader, phase: Phase, version: MetricVersion, dimension: str) -> Groups:
    """A metric of any kind by a dimension, over the units that decide in the report (report.slicing)."""
    return (
        sliced(reader, phase, version, dimension)
        if is_summed(version)
        else _of_units(reader, phase, version, dimension)
    )


def _of_units(reader: Reader, phase: Phase, version: MetricVersion, dimension: str) -> Groups:
    found, described = vectors.read(reader, phase, [version], dimension=dimension), measure_of(version)
    rows = np.flatnonzero(counted(found, described, reader.as_of))
    values, take = prepared(version, found.values[version.pk].y[rows] / scale(version))
    names, arms = groups_of(found, rows), found.variation[rows]
    kept = gathered({str(name): int((names == name).sum()) for name in np.unique(names)})
    samples = {
        (name, arm): take(values[(arms == arm) & np.isin(names, [*parts])])
        for name, parts in kept.items()
        for arm in range(len(phase.weights))
    }
    units = {name: int(np.isin(names, [*parts]).sum()) for name, parts in kept.items()}
    return contrasted(samples, units, described, alpha=phase.experiment.alpha)


def prepared(version: MetricVersion, values: Floats) -> tuple[Floats, Take]:
    """The values that count (capped over all units together, of whatever arm and group), and what is taken of them."""
    if version.cap_share is not None:
        values = caps.percentiles([values], upper=version.cap_share).capped(values)
    if version.quantile is not None:
        level = version.quantile
        return values, lambda of: quantiles.iid(of, level)
    return values, mean


def mean(values: Floats) -> Sample:
    if not len(values):
        return untold(0)
    return Sample(len(values), float(values.mean()), float(values.var(ddof=1)) if len(values) > 1 else 0.0)


def told(groups: Groups) -> Mapping[str, Any]:
    """As JSON. `value` is None of the smaller ones together."""
    rows = [
        {
            "value": one.group,
            "arm": one.arm,
            "n": [one.control.n, one.treated.n],
            "means": [_number(one.control.mean), _number(one.treated.mean)],
            "absolute": one.effect.absolute,
            "absolute_ci": one.effect.absolute_ci,
            "relative": one.effect.relative,
            "relative_ci": one.effect.relative_ci,
            "p": one.effect.p,
            "p_adjusted": one.p_adjusted,
            "status": one.effect.status,
        }
        for one in groups.contrasts
    ]
    best = groups.most_gaining()
    return {
        "rows": rows,
        "units": sum(groups.units.values()),
        "alpha": groups.alpha,
        "differ": [{"arm": arm, "chi2": one.chi2, "df": one.df, "p": one.p} for arm, one in groups.differ.items()],
        "most_gaining": {"value": best.group, "arm": best.arm, "gain": groups.gain(best)} if best else None,
    }


def _number(value: float) -> float | None:
    return None if value != value else value
