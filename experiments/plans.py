"""Rules and experiments of a payload, read once: what each evaluation needs is looked up and hashed beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.bucketing import Range, bucket_ranges, bucketer, choose_variation, in_range
from experiments.conditions import Test, compiled
from experiments.results import NEXT, Evaluation, Trial

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

    @property
    def is_drawn(self) -> bool:
        """Whether the hash alone decides, once the unit is asked."""
        runs = self.active and not self.stopped and self.force is None
        return runs and len(self.variations) > 1 and not self.namespace


@dataclass(frozen=True, slots=True, eq=False)
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
    answer: Evaluation | None  # where it is the same for everybody of whom the condition holds
    follows_from_unit: bool  # whether `drawn` says it, to those of whom the condition holds
    sticks: bool

    def drawn(self, unit: str) -> Evaluation:
        if not unit or (self.filters and not all(one.admits(unit) for one in self.filters)):
            return NEXT
        if self.plan is not None:
            return self._arm(self.plan, unit)
        number = self.number(unit)
        admitted = number is not None and self.share is not None and in_range(number, self.share)
        return Evaluation(self.force, "force", self.id) if admitted else NEXT

    def _arm(self, plan: Plan, unit: str) -> Evaluation:
        number = plan.number(unit)
        index = -1 if number is None else choose_variation(number, plan.ranges)
        if not 0 <= index < len(plan.variations) or plan.passthrough[index]:
            return NEXT
        value = plan.variations[index]
        said = (plan.key, plan.attribute, plan.keys[index], value, index, True, False, True, False, unit, number)
        return Evaluation(value, "experiment", self.id, Trial._make(said))


@dataclass(frozen=True, slots=True)
class Flag:
    rules: Sequence[Rule]
    otherwise: Evaluation
    depends: bool  # on other flags
    is_constant: bool  # whoever asks gets the same
    experiments: frozenset[str]  # keys of those that its rules ask, or are of


def flag(key: str, given: Mapping[str, Any]) -> Flag:
    rules = [rule(key, one) for one in given.get("rules") or ()]
    return Flag(
        rules=rules,
        otherwise=Evaluation(given.get("defaultValue"), "defaultValue"),
        depends=any(one.parents for one in rules),
        is_constant=not rules or (rules[0].answer is not None and rules[0].test is None and not rules[0].parents),
        experiments=frozenset(_experiments(key, given)),
    )


def _experiments(key: str, given: Mapping[str, Any]) -> Iterator[str]:
    """A value that is forced may belong to one too: that of a holdout."""
    for one in given.get("rules") or ():
        if "key" in one or "variations" in one or "contextualVariations" in one:
            yield one.get("key") or key


def rule(flag_key: str, given: Mapping[str, Any]) -> Rule:
    forces, share = "force" in given, _share(given)
    asks = None if forces else _plan_of_rule(flag_key, given)
    attribute, filters = given.get("hashAttribute") or DEFAULT_ATTRIBUTE, _filters(given)
    for_all = forces and share is None and not filters
    return Rule(
        id=given.get("id", ""),
        test=_test(given.get("condition")),
        parents=_parents(given),
        filters=filters,
        forces=forces,
        force=given.get("force"),
        attribute=attribute,
        fallback=given.get("fallbackAttribute") or "",
        number=bucketer(given.get("seed") or flag_key, given.get("hashVersion") or 1),
        share=share,
        plan=asks,
        answer=Evaluation(given.get("force"), "force", given.get("id", "")) if for_all else None,
        follows_from_unit=all(one.attribute == attribute for one in filters)
        and (share is not None if forces else asks is not None and asks.is_drawn),
        sticks=asks.sticks if asks is not None else bool(given.get("fallbackAttribute")),
    )


def _plan_of_rule(flag_key: str, given: Mapping[str, Any]) -> Plan | None:
    """What the rule asks of a unit, its experiment need not ask again."""
    variations = given.get("contextualVariations", given.get("variations"))
    if variations is None:
        return None
    whole = plan({**given, "variations": variations}, key=given.get("key") or flag_key)
    namespace = None if whole.filters else whole.namespace
    return replace(whole, test=None, parents=(), filters=(), namespace=namespace)


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
