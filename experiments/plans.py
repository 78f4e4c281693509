"""Rules and experiments of a payload, read once: what each evaluation needs is looked up and hashed beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.bucketing import Range, bucket_ranges, bucketer, in_range
from experiments.conditions import Test, compiled

DEFAULT_ATTRIBUTE = "id"


@dataclass(frozen=True, slots=True)
class Parent:
    """A flag that another depends on; where a gate fails, the whole flag is off, else only the rule is skipped."""

    flag: str
    test: Test | None
    gate: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """Units of whom a layer has leased these ranges."""

    attribute: str
    number: Callable[[str], float | None]
    ranges: Sequence[Range]

    def admits(self, unit: str) -> bool:
        number = self.number(unit) if unit else None
        return number is not None and any(in_range(number, given) for given in self.ranges)


@dataclass(frozen=True, slots=True)
class Plan:
    """One experiment."""

    key: str
    variations: Sequence[Any]
    keys: Sequence[str]  # of the variations
    passthrough: Sequence[bool]
    ranges: Sequence[Range]
    number: Callable[[str], float | None]
    attribute: str
    fallback: str  # attribute of a unit that is not known by the first, where assignments stick
    test: Test | None
    parents: Sequence[Parent]
    filters: Sequence[Filter]
    namespace: Sequence[Any] | None
    active: bool
    stopped: bool
    force: int | None
    sticks: bool
    version: int
    least_version: int
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a flag: a value for those of a condition and a share of the units, or an experiment."""

    id: str
    test: Test | None
    parents: Sequence[Parent]
    filters: Sequence[Filter]
    forces: bool
    force: Any
    attribute: str
    fallback: str
    number: Callable[[str], float | None]
    share: Range | None  # None: everybody
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Flag:
    default: Any
    rules: Sequence[Rule]


def flag(key: str, given: Mapping[str, Any]) -> Flag:
    return Flag(given.get("defaultValue"), [rule(key, one) for one in given.get("rules") or ()])


def rule(flag_key: str, given: Mapping[str, Any]) -> Rule:
    variations = given.get("contextualVariations", given.get("variations"))
    return Rule(
        id=given.get("id", ""),
        test=_test(given.get("condition")),
        parents=_parents(given),
        filters=_filters(given),
        forces="force" in given,
        force=given.get("force"),
        attribute=given.get("hashAttribute") or DEFAULT_ATTRIBUTE,
        fallback=given.get("fallbackAttribute") or "",
        number=bucketer(given.get("seed") or flag_key, given.get("hashVersion") or 1),
        share=_share(given),
        plan=None
        if variations is None
        else plan({**given, "variations": variations}, key=given.get("key") or flag_key),
    )


def plan(given: Mapping[str, Any], *, key: str = "") -> Plan:
    key = key or given.get("key", "")
    variations = given.get("variations") or []
    coverage = given.get("coverage")
    meta = [*(given.get("meta") or ()), *({} for _ in variations)]
    return Plan(
        key=key,
        variations=variations,
        keys=[one.get("key") or str(index) for index, one in enumerate(meta[: len(variations)])],
        passthrough=[bool(one.get("passthrough")) for one in meta[: len(variations)]],
        ranges=given.get("ranges")
        or bucket_ranges(len(variations), 1 if coverage is None else coverage, given.get("weights")),
        number=bucketer(given.get("seed") or key, given.get("hashVersion") or 1),
        attribute=given.get("hashAttribute") or DEFAULT_ATTRIBUTE,
        fallback=given.get("fallbackAttribute") or "",
        test=_test(given.get("condition")),
        parents=_parents(given),
        filters=_filters(given),
        namespace=given.get("namespace"),
        active=given.get("active", True) and given.get("status") != "draft",
        stopped=given.get("status") == "stopped",
        force=given.get("force"),
        sticks=not given.get("disableStickyBucketing"),
        version=given.get("bucketVersion") or 0,
        least_version=given.get("minBucketVersion") or 0,
        raw=given,
    )


def _test(condition: Mapping[str, Any] | None) -> Test | None:
    return compiled(condition) if condition else None


def _parents(given: Mapping[str, Any]) -> list[Parent]:
    return [
        Parent(one["id"], _test(one.get("condition")), bool(one.get("gate")))
        for one in given.get("parentConditions") or ()
    ]


def _filters(given: Mapping[str, Any]) -> list[Filter]:
    return [
        Filter(
            one.get("attribute") or DEFAULT_ATTRIBUTE,
            bucketer(one.get("seed", ""), one.get("hashVersion") or 2),
            one["ranges"],
        )
        for one in given.get("filters") or ()
    ]


def _share(given: Mapping[str, Any]) -> Range | None:
    """The units of a forced value: a range, else the first `coverage` of them."""
    if given.get("range") is not None:
        low, high = given["range"]
        return low, high
    coverage = given.get("coverage")
    return None if coverage is None else (0, coverage)
