"""Whether the numbers can be believed at all."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from experiments.report.material import Material, Measure
from experiments.stats import balance, sums
from experiments.stats.effects import compare

MISMATCH_ALPHA = 0.0005  # of the e-process, which may be looked at after every unit
FLIPS = 0.01  # of the units, above which assignment is broken
BIAS_ALPHA = 0.001  # shared among the tests


def checked(material: Material) -> dict[str, Any]:
    found = {"srm": _srm(material), "flips": _flips(material), "bias": _bias(material)}
    return {**found, "maturity": _maturity(material), "exposures": _by_day(material)}


def faults(health: Mapping[str, Any]) -> list[str]:
    return [name for name in ("srm", "flips", "bias") if health[name]["status"] == "fail"]


def _srm(material: Material) -> dict[str, Any]:
    """Before exclusions, as units were assigned; and after them, in which flips or bots of one arm would show."""
    before, after = _counts(material)
    weights = {str(arm.index): float(arm.weight) for arm in material.arms}
    found, kept = balance.check(before, weights), balance.check(after, weights)
    evidence = balance.log_evidence(before, weights)
    mismatched = evidence >= -math.log(MISMATCH_ALPHA)
    statuses = {found.status, kept.status, "fail" if mismatched else "ok"}
    return {
        "observed": [before[str(arm.index)] for arm in material.arms],
        "expected": [found.expected[str(arm.index)] for arm in material.arms],
        "chi2": found.chi2,
        "df": found.df,
        "p": found.p,
        "p_after": kept.p,
        "log_evidence": evidence if math.isfinite(evidence) else None,
        "mismatched": mismatched,
        "status": next(one for one in ("fail", "warn", "ok") if one in statuses),
    }


def _counts(material: Material) -> tuple[dict[str, int], dict[str, int]]:
    before = {str(arm.index): 0 for arm in material.arms}
    after = dict(before)
    for row in material.exposed:
        before[str(row.variation)] += row.units
        after[str(row.variation)] += row.units - row.flipped
    return before, after


def _flips(material: Material) -> dict[str, Any]:
    units, flipped = (sum(getattr(row, name) for row in material.exposed) for name in ("units", "flipped"))
    share = flipped / units if units else 0.0
    return {"units": units, "flipped": flipped, "share": share, "status": "fail" if share > FLIPS else "ok"}


def _bias(material: Material) -> dict[str, Any]:
    """Welch's t on what units were before they were exposed, on the absolute scale."""
    tests = [found for measure in material.measures for found in _before(material, measure)]
    level = BIAS_ALPHA / max(1, len(tests))
    biased = [test for test in tests if test["p"] < level]
    return {"tests": len(tests), "level": level, "found": biased, "status": "fail" if biased else "ok"}


def _before(material: Material, measure: Measure) -> list[dict[str, Any]]:
    samples = [sums.before(material.all_units(measure, arm.index).sums) for arm in material.arms]
    found = []
    for arm, sample in zip(material.arms[1:], samples[1:], strict=True):
        p = compare(samples[0], sample).p
        if p is not None and samples[0].variance + sample.variance > 0:
            found.append({"version": measure.version, "name": measure.name, "arm": arm.index, "p": p})
    return found


def _maturity(material: Material) -> dict[str, Any]:
    """Of the units that are counted, those of which the primary metric is final."""
    measure = material.primary
    if measure is None or measure.window is None:
        return {"units": 0, "matured": 0, "share": None}
    units = sum(material.all_units(measure, arm.index).sums.n for arm in material.arms)
    matured = sum(material.cell(measure, arm.index).sums.n for arm in material.arms)
    return {"units": units, "matured": matured, "share": matured / units if units else None}


def _by_day(material: Material) -> list[list[Any]]:
    """[day, units of each arm …]"""
    days: dict[Any, dict[int, int]] = defaultdict(dict)
    for row in material.exposed:
        days[row.day][row.variation] = row.units
    return [[day.isoformat(), *(days[day].get(arm.index, 0) for arm in material.arms)] for day in sorted(days)]
