"""The verdict on an experiment, from what its tests have found. Pure; experiments/report/wording.py puts it in words.

Decisions rest on matured units of metrics with a fixed window, after full days enough, and either at the planned size
or by a confidence sequence, which may be looked at any time. Harm and a mismatch of arms need not wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

COLLECTING, SHIP, ROLL_BACK, REVIEW, UNHEALTHY = "collecting", "ship", "roll_back", "review", "unhealthy"


@dataclass(frozen=True, slots=True)
class Contrast:
    """The primary metric of one arm against control. The p-values are those of the family: where there are more arms
    than one, adjusted over arms. None where nothing can be said yet."""

    arm: int
    gain: float | None  # the relative effect, turned so that more is better
    p: float | None  # of the fixed test, which is made once, at the planned size
    sequential_p: float | None
    conflicting: bool = False  # the absolute and the relative scale disagree about 0


@dataclass(frozen=True, slots=True)
class Harmed:
    """A guardrail (a version of a metric) that an arm harms beyond its margin."""

    arm: int
    version: int


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A guardrail of which nothing can be said yet. `waits`: more units of it are to come before people decide."""

    arm: int
    version: int
    waits: bool


@dataclass(frozen=True, slots=True)
class Case:
    kind: str  # ab, aa, rollout, holdout
    alpha: float
    full_days: int  # of first exposures, matured; below 0 while the first windows are open
    min_days: int
    matured: int  # units of all arms
    planned: int | None
    decides: bool  # there is a primary metric, and its window is fixed
    days_left: int | None = None  # until the planned size is there; None where no end is in sight
    tests: Sequence[Contrast] = ()
    harmed: Sequence[Harmed] = ()
    unjudged: Sequence[Unjudged] = ()
    faults: Sequence[str] = ()  # of health: srm, flips, bias
    mismatched: bool = False  # by the e-process, which may be looked at any time
    over: bool = False  # nobody is asked any more, and all windows have closed

    @property
    def has_days(self) -> bool:
        return self.full_days >= self.min_days

    @property
    def has_size(self) -> bool:
        return self.planned is not None and self.matured >= self.planned


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: str
    reasons: Sequence[dict[str, Any]]  # {"code", …}: what wording.REASONS has words for
    arm: int | None = None  # that is to be shipped
    days_left: int | None = None
    stop: str = ""  # guardrail or srm: why it should not go on asking


@dataclass(slots=True)
class _Sorted:
    better: list[Contrast] = field(default_factory=list)
    worse: list[Contrast] = field(default_factory=list)
    open: list[Contrast] = field(default_factory=list)
    conflicting: list[Contrast] = field(default_factory=list)


def decide(case: Case) -> Verdict:
    if case.faults or case.mismatched:
        return _unhealthy(case)
    if not case.decides:
        return _harm(case) or Verdict(REVIEW, _told(["no_primary"]))
    if case.kind == "aa":
        return _same(case)
    return _effect(case)


def _unhealthy(case: Case) -> Verdict:
    """What harms is stopped all the same: that is the safe side."""
    mismatched = case.mismatched or "srm" in case.faults
    faults = [*(["srm"] if mismatched else []), *(fault for fault in case.faults if fault != "srm")]
    stop = "srm" if case.mismatched else "guardrail" if case.harmed else ""
    return Verdict(UNHEALTHY, [*_told(faults), *_harms(case)], stop=stop)


def _effect(case: Case) -> Verdict:
    found = _sorted(case)
    hurt = {harm.arm for harm in case.harmed}
    good = [test for test in found.better if test.arm not in hurt]
    if good and case.has_days and case.kind == "ab":
        return _won(max(good, key=lambda test: test.gain or 0), case)
    if case.harmed:
        return _harm(case)  # type: ignore[return-value]
    if not case.has_days or _waits(case, found):
        return _collecting(case, found)
    if found.conflicting:
        return Verdict(REVIEW, [{"code": "conflict", "arm": test.arm} for test in found.conflicting])
    if found.worse and not found.open and not found.better:
        return Verdict(ROLL_BACK, [_reason("worse", test, case) for test in found.worse])
    if found.better:
        return Verdict(REVIEW, [_reason("better", test, case) for test in found.better])
    return Verdict(REVIEW, [{"code": "mixed" if found.worse else "no_difference"}])


def _won(best: Contrast, case: Case) -> Verdict:
    """It ships once all guardrails have been looked at: what is not seen is not unharmed."""
    stop, better = "guardrail" if case.harmed else "", _reason("better", best, case)
    blind = [one for one in case.unjudged if one.arm == best.arm]
    told = [{"code": "unjudged", "arm": one.arm, "version": one.version} for one in blind]
    if any(one.waits for one in blind):
        return Verdict(COLLECTING, [*told, *_harms(case)], stop=stop)
    if blind:
        return Verdict(REVIEW, [better, *told, *_harms(case)], stop=stop)
    return Verdict(SHIP, [better, *_harms(case)], best.arm, stop=stop)


def _waits(case: Case, found: _Sorted) -> bool:
    return not case.tests or bool(found.open and not found.better and not case.has_size)


def _same(case: Case) -> Verdict:
    """Of an A/A test, whose arms are alike: a difference is a fault of the site or of the counting."""
    found = _sorted(case)
    if case.harmed:
        return Verdict(UNHEALTHY, _harms(case), stop="guardrail")
    if differing := found.better + found.worse:
        return Verdict(UNHEALTHY, [_reason("aa_differs", test, case) for test in differing])
    return Verdict(REVIEW, _told(["aa_alike"])) if case.has_days and case.has_size else _collecting(case, found)


def _sorted(case: Case) -> _Sorted:
    found = _Sorted()
    for test in case.tests:
        if not _is_told(test, case):
            found.open.append(test)
        elif test.conflicting:
            found.conflicting.append(test)
        else:
            (found.better if (test.gain or 0) > 0 else found.worse).append(test)
    return found


def _is_told(test: Contrast, case: Case) -> bool:
    return bool(test.gain) and (_by_sequence(test, case) or _by_plan(test, case))


def _by_sequence(test: Contrast, case: Case) -> bool:
    return test.sequential_p is not None and test.sequential_p < case.alpha


def _by_plan(test: Contrast, case: Case) -> bool:
    return case.has_size and test.p is not None and test.p < case.alpha


def _collecting(case: Case, found: _Sorted) -> Verdict:
    if case.over:
        return Verdict(REVIEW, _told(["stopped_short"]))
    short = max(0, case.min_days - case.full_days)
    if not _waits(case, found):
        return Verdict(COLLECTING, _told(["few_days"]), days_left=short)
    left = None if case.days_left is None else max(short, case.days_left)
    return Verdict(COLLECTING, _told(["few_units" if case.matured else "none_yet"]), days_left=left)


def _harm(case: Case) -> Verdict | None:
    return Verdict(ROLL_BACK, _harms(case), stop="guardrail") if case.harmed else None


def _harms(case: Case) -> list[dict[str, Any]]:
    return [{"code": "harmed", "arm": harm.arm, "version": harm.version} for harm in case.harmed]


def _reason(code: str, test: Contrast, case: Case) -> dict[str, Any]:
    """`by`: whether it was looked at once, as planned, or holds at every look."""
    return {"code": code, "arm": test.arm, "by": "sequence" if _by_sequence(test, case) else "plan"}


def _told(codes: Sequence[str]) -> list[dict[str, Any]]:
    return [{"code": code} for code in codes]
