"""Flags and experiments evaluated in this process, as the GrowthBook SDK specification 0.8 says.

    program = compile(payload)          # {"features": {key: {"defaultValue", "rules"}}, "savedGroups": {key: [...]}}
    evaluate(program, {"id": "7"}, "composer").value

A program is compiled once per payload and shared by threads; an evaluation reads nothing but its arguments.
The context's names are those of the specification: url, enabled, qaMode, forcedVariations, savedGroups, overrides,
stickyBucketAssignmentDocs (given: assignments stick, and `documents` of the context's copy tells what to keep).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments import plans, sticky
from experiments.bucketing import choose_variation, in_namespace, query_override
from experiments.conditions import NOTHING, Groups
from experiments.plans import Flag, Parent, Plan, Rule
from experiments.results import NEXT, Evaluation, Trial

CYCLE, GATE, FAIL, PASS = "cyclicPrerequisite", "prerequisite", "fail", ""
REMEMBERED = 20_000  # answers by a program: 10 MB, of units as they are
LONGEST = 200  # characters of a unit that is remembered: texts come from anybody

UNKNOWN = Evaluation(None, "unknownFeature")


@dataclass(frozen=True, slots=True)
class Program:
    """A payload that was read. What a rule says to a unit is remembered where it follows from the unit alone."""

    flags: Mapping[str, Flag]
    groups: Groups
    memory: dict[tuple[Rule, str], Evaluation] = field(default_factory=dict, compare=False, repr=False)


def compile(payload: Mapping[str, Any]) -> Program:
    """Raises TypeError, KeyError or ValueError where the payload is not of the specification's shape."""
    features = payload.get("features") or {}
    flags = {key: plans.flag(key, given) for key, given in features.items()}
    return Program(flags, payload.get("savedGroups") or NOTHING)


def evaluate(
    payload: Program | Mapping[str, Any], attributes: Mapping[str, Any], key: str, **context: Any
) -> Evaluation:
    program = payload if isinstance(payload, Program) else compile(payload)
    return Context(program, attributes, **context).flag(key)


def run(experiment: Mapping[str, Any], attributes: Mapping[str, Any], **context: Any) -> Evaluation:
    """One experiment that belongs to no flag. `features` of the context are those that it may depend on."""
    program = compile({"features": context.pop("features", None), "savedGroups": context.get("savedGroups")})
    trial = Context(program, attributes, **context).trial(plans.plan(experiment))
    return Evaluation(trial.value, "experiment" if trial.in_experiment else "defaultValue", "", trial)


class Context:
    """One unit at one moment. Answers as many flags as are asked."""

    url = ""
    enabled = True
    qa = False
    forced: Mapping[str, int] = {}
    overrides: Mapping[str, Mapping[str, Any]] = {}
    documents: Any = None  # None: nothing sticks
    is_plain = True  # an answer depends on nothing of the context but the unit, its attributes and its documents
    seen: tuple[str, ...] = ()  # the flags above this one, each of which depends on the next
    above: tuple[Evaluation, ...] = ()  # what was drawn for flags that others depend on

    def __init__(self, program: Program, attributes: Mapping[str, Any], **context: Any) -> None:
        self.program, self.attributes, self.groups = program, attributes, program.groups
        if context:
            self._take(**context)

    def _take(
        self,
        *,
        url: str = "",
        enabled: bool = True,
        qaMode: bool = False,  # noqa: N803 - the specification's names
        forcedVariations: Mapping[str, int] = {},  # noqa: N803, B006 - never changed
        savedGroups: Groups | None = None,  # noqa: N803
        overrides: Mapping[str, Mapping[str, Any]] = {},  # noqa: B006
        stickyBucketAssignmentDocs: Any = None,  # noqa: N803
    ) -> None:
        self.groups = self.groups if savedGroups is None else savedGroups
        self.url, self.enabled, self.qa = url, enabled, qaMode
        self.forced, self.overrides = forcedVariations, overrides
        docs = stickyBucketAssignmentDocs
        self.documents = None if docs is None else sticky.documents(docs)
        self.is_plain = enabled and not (url or qaMode or forcedVariations or overrides)

    def choose_by(self, url: str) -> None:
        """Its query says which variations there are: `?key=1`."""
        self.url, self.is_plain = url, False

    def flag(self, key: str) -> Evaluation:
        flag = self.program.flags.get(key)
        if flag is None:
            return UNKNOWN
        if flag.depends:
            return self._dependent(key, flag)
        for rule in flag.rules:
            if rule.test is None or rule.test(self.attributes, self.groups):
                found = self._told(rule)
                if found is not NEXT:
                    return found
        return flag.otherwise

    def _dependent(self, key: str, flag: Flag) -> Evaluation:
        """The same, of a flag with rules that depend on other flags."""
        if key in self.seen:
            return Evaluation(None, CYCLE)
        above = self.seen
        self.seen = (*above, key)
        try:
            for rule in flag.rules:
                outcome = self._parents(rule.parents)
                if outcome in (CYCLE, GATE):
                    return Evaluation(None, outcome)
                if outcome == PASS and (rule.test is None or rule.test(self.attributes, self.groups)):
                    found = self._told(rule)
                    if found is not NEXT:
                        return found
        finally:
            self.seen = above
        return flag.otherwise

    def _told(self, rule: Rule) -> Evaluation:
        """What a rule says to a unit of whom its condition holds."""
        if rule.answer is not None:
            return rule.answer
        if not rule.follows_from_unit or not self.is_plain or (rule.sticks and self.documents is not None):
            return self._found(rule)
        unit = self.attributes.get(rule.attribute)
        if unit.__class__ is not str:
            unit = self._value(rule.attribute)
        memory, place = self.program.memory, (rule, unit)
        found = memory.get(place)
        if found is None:
            found = rule.drawn(unit)
            if len(unit) <= LONGEST:
                if len(memory) >= REMEMBERED:
                    memory.clear()
                memory[place] = found
        return found

    def _found(self, rule: Rule) -> Evaluation:
        """The same, in full."""
        if rule.filters and not all(one.admits(self._value(one.attribute)) for one in rule.filters):
            return NEXT
        if rule.forces:
            return Evaluation(rule.force, "force", rule.id) if self._shares(rule) else NEXT
        if rule.plan is None:
            return NEXT
        trial = self.trial(rule.plan)
        if not trial.in_experiment or trial.passthrough:
            return NEXT
        return Evaluation(trial.value, "experiment", rule.id, trial)

    def _parents(self, parents: Sequence[Parent]) -> str:
        for parent in parents:
            found = self.flag(parent.flag)
            if found.source == CYCLE:
                return CYCLE
            if found.trial is not None:
                self.above += (found,)
            if parent.test is not None and not parent.test({"value": found.value}, self.groups):
                return GATE if parent.gate else FAIL
        return PASS

    def _shares(self, rule: Rule) -> bool:
        if rule.share is None:
            return True
        unit = self._unit(rule.attribute, rule.fallback if self.documents is not None else "")[1]
        number = rule.number(unit) if unit else None
        return number is not None and rule.share[0] <= number < rule.share[1]

    def _value(self, attribute: str) -> str:
        """An attribute as text to hash; empty where there is none."""
        value = self.attributes.get(attribute)
        if value.__class__ is str:
            return value
        if not value:
            return ""
        if value is True:
            return "true"
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    def _unit(self, attribute: str, fallback: str) -> tuple[str, str]:
        value = self._value(attribute)
        if value or not fallback:
            return attribute, value
        return (fallback, other) if (other := self._value(fallback)) else (attribute, "")

    def trial(self, plan: Plan) -> Trial:
        """The specification's order: what is forced, then who is asked, then the draw."""
        if self.overrides and plan.key in self.overrides:
            plan = plans.plan({**plan.raw, **self.overrides[plan.key]}, key=plan.key)
        sticks = self.documents is not None and plan.sticks
        unit = self._unit(plan.attribute, plan.fallback if sticks else "")
        count = len(plan.variations)
        if count < 2 or not self.enabled:
            return _trial(plan, unit)
        forced = query_override(plan.key, self.url, count) if self.url else None
        if forced is None and self.forced:
            forced = self.forced.get(plan.key)
        if forced is not None:
            return _trial(plan, unit, forced)
        if not plan.active or not unit[1]:
            return _trial(plan, unit)
        return self._draw(plan, unit, sticks)

    def _draw(self, plan: Plan, unit: tuple[str, str], sticks: bool) -> Trial:
        kept, blocked = self._kept(plan, unit) if sticks else (-1, False)
        if kept < 0 and not self._is_asked(plan, unit[1]):
            return _trial(plan, unit)
        number = plan.number(unit[1])
        if number is None:
            return _trial(plan, unit)
        drawn = kept if kept >= 0 else choose_variation(number, plan.ranges)
        if blocked:
            return _trial(plan, unit, sticky_used=True)
        if drawn < 0 or plan.force is not None:
            return _trial(plan, unit, -1 if drawn < 0 else plan.force or 0)
        if self.qa or plan.stopped:
            return _trial(plan, unit)
        trial = _trial(plan, unit, drawn, bucket=number, hash_used=True, sticky_used=kept >= 0)
        if sticks:
            name = sticky.slot(plan.key, plan.version)
            self.documents = sticky.kept_with(self.documents or {}, *unit, name, trial.key)
        return trial

    def _is_asked(self, plan: Plan, unit: str) -> bool:
        if plan.filters:
            if not all(one.admits(self._value(one.attribute)) for one in plan.filters):
                return False
        elif plan.namespace and not in_namespace(unit, plan.namespace):
            return False
        if plan.test is not None and not plan.test(self.attributes, self.groups):
            return False
        return not plan.parents or self._parents(plan.parents) == PASS

    def _kept(self, plan: Plan, unit: tuple[str, str]) -> tuple[int, bool]:
        """(the variation that the unit has already or -1, whether what it has is no longer good)."""
        units = [unit, *([(plan.fallback, self._value(plan.fallback))] if plan.fallback else [])]
        given = sticky.assignments(self.documents or {}, units)
        if sticky.is_blocked(given, plan.key, plan.least_version):
            return -1, True
        key = given.get(sticky.slot(plan.key, plan.version))
        return (plan.keys.index(key) if key in plan.keys else -1), False


def _trial(
    plan: Plan,
    unit: tuple[str, str],
    variation: int = -1,
    *,
    bucket: float | None = None,
    hash_used: bool = False,
    sticky_used: bool = False,
) -> Trial:
    """A variation that there is not is the first one, and the unit not in the experiment."""
    count = len(plan.variations)
    is_in = 0 <= variation < count
    index = variation if is_in else 0
    value, key = (plan.variations[index], plan.keys[index]) if count else (None, "0")
    through = bool(count) and plan.passthrough[index]
    attribute, text = unit
    return Trial(plan.key, attribute, key, value, index, is_in, through, hash_used, sticky_used, text, bucket)
