"""Answers of the OpenFeature Remote Evaluation Protocol 0.3.0 (OFREP), from what the evaluator found. No I/O.

`variant` is always there, since stock clients break without it: a variation's key, `on` by an override, `off` by
default, or the id of the rule. A flag whose prerequisite fails has no value of its own: {"reason": "DISABLED",
"variant": null}, without `value`, lets the caller's default stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.evaluation import CYCLE, Context, Program
from experiments.results import Evaluation, Exposure

PATH = "/ofrep/"
STATIC, MATCH, SPLIT, DISABLED = "STATIC", "TARGETING_MATCH", "SPLIT", "DISABLED"
ON = frozenset({"everyone", "languages", "authenticated", "staff", "superusers", "users", "groups", "percent"})
FIXED = frozenset({"everyone", "nobody"})
SPLITS = frozenset({"coverage", "filters", "variations"})  # what a rule has that asks for the unit
UNIT = "id"  # the attribute that the context's targetingKey is

Bodies = Mapping[str, Mapping[str, Any]]
Answer = dict[str, Any]


class Unknown(LookupError):
    """There is no such flag."""


class Attributes(dict[str, Any]):
    """Of a context; `unit_missed` tells that its unit was asked for, and there is none."""

    unit_missed = False

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> dict[str, Any]:
        """A plain mapping, which is quicker, where the unit is known."""
        if unit := context.get("targetingKey"):
            return {**context, UNIT: unit}
        return {**context} if context.get(UNIT) else cls(context)

    def get(self, name: str, default: Any = None) -> Any:
        if name == UNIT:
            self.unit_missed = True
        return super().get(name, default)


def answer(program: Program, bodies: Bodies, key: str, context: Mapping[str, Any]) -> Answer:
    """Of one flag; with `errorCode` where it cannot be told. Raises Unknown."""
    if key not in program.flags:
        raise Unknown(key)
    return _answer(Context(program, Attributes.of(context)), bodies[key], key)


def answers(program: Program, bodies: Bodies, context: Mapping[str, Any]) -> Iterator[Answer]:
    """Of all flags, by name."""
    asked = Context(program, Attributes.of(context))
    for key in sorted(program.flags):
        yield _answer(asked, bodies[key], key)


def _answer(asked: Context, body: Mapping[str, Any], key: str) -> Answer:
    attributes = asked.attributes
    if isinstance(attributes, Attributes):
        attributes.unit_missed = False
    found = asked.flag(key)
    if isinstance(attributes, Attributes) and attributes.unit_missed and found.source != "force" and _splits(body):
        details = "This flag is split by its unit, so the context needs a targetingKey."
        return {"key": key, "errorCode": "TARGETING_KEY_MISSING", "errorDetails": details}
    if found.source == CYCLE:
        return {"key": key, "errorCode": "GENERAL", "errorDetails": "This flag depends on itself."}
    if found.value is None:
        return {"key": key, "reason": DISABLED, "variant": None}
    told = {"key": key, "value": found.value, "reason": _reason(found, body), "variant": _variant(found)}
    if drawn := found.exposure:
        told["metadata"] = _metadata(drawn, _rule(body, found.rule))
    return told


def _reason(found: Evaluation, body: Mapping[str, Any]) -> str:
    if body["about"]["killed"]:
        return DISABLED
    if found.source == "experiment":
        return SPLIT
    if found.source == "force":
        if found.rule in FIXED:
            return STATIC
        return MATCH if SPLITS.isdisjoint(_rule(body, found.rule)) else SPLIT
    return MATCH if body["rules"] else STATIC


def _variant(found: Evaluation) -> str:
    if found.trial:
        return found.trial.key
    if found.rule in ON:
        return "on"
    return "off" if found.rule in ("", "nobody") else found.rule


def _metadata(drawn: Exposure, rule: Mapping[str, Any]) -> Answer:
    """By which a program tells of the exposure: the event `exposed` about the phase, with the variation as value."""
    return {"experiment": drawn.experiment, "variation": drawn.variation, "phase": rule["phase"]}


def _rule(body: Mapping[str, Any], rule_id: str) -> Mapping[str, Any]:
    return next(rule for rule in body["rules"] if rule["id"] == rule_id)


def _splits(body: Mapping[str, Any]) -> bool:
    """By the unit; perhaps, where it depends on another flag, which may."""
    return any("parentConditions" in rule or not SPLITS.isdisjoint(rule) for rule in body["rules"])
