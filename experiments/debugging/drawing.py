"""What the published payload says to one unit, rule by rule, with the numbers that were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from experiments import published
from experiments.bucketing import bucket_ranges, bucketer, choose_variation
from experiments.evaluation import Context
from experiments.models import WHOLE, Holdout, Layer, Phase
from experiments.plans import Filter, Rule

Known = Mapping[str, Any]  # attributes


def drawn(phase: Phase, known: Known) -> dict[str, Any]:
    """How the phase spreads this unit, whether it lasts or not: its number, the variations' ranges, the variation (None
    where the number is in none of them). Nothing is drawn of who has no such attribute."""
    unit = str(known.get(phase.experiment.hash_attribute) or "")
    whole = sum(phase.weights)
    ranges = bucket_ranges(len(phase.weights), phase.coverage / WHOLE, [one / whole for one in phase.weights])
    number = bucketer(phase.seed, 2)(unit) if unit else None
    variation = None if number is None else choose_variation(number, ranges)
    return {
        "attribute": phase.experiment.hash_attribute,
        "unit": unit,
        "number": number,
        "ranges": [list(one) for one in ranges],
        "variation": None if variation == -1 else variation,
    }


def said(phase: Phase, known: Known) -> dict[str, Any]:
    """The flag's rules in their order, each with what it asks of the unit, and the answer of all of them now."""
    flag = phase.experiment.flag
    snapshot = published.load(published.NOTHING, settings.EXPERIMENTS_ENVIRONMENT)
    body = snapshot.bodies.get(flag.name) if flag else None
    if flag is None or body is None:
        return {"flag": flag.name if flag else "", "version": snapshot.version, "rules": None, "answer": None}
    context = Context(snapshot.program, known)
    answer = context.flag(flag.name)
    names = _names(body)
    rules = zip(snapshot.program.flags[flag.name].rules, body["rules"], strict=True)
    return {
        "flag": flag.name,
        "version": snapshot.version,
        "rules": [{**_rule(rule, raw, known, names), "decides": answer.rule == rule.id} for rule, raw in rules],
        "answer": {"value": answer.value, "source": answer.source, "rule": answer.rule, "variation": answer.variation},
        "holdouts": [
            {"key": one.key, "arm": one.arm(str(known.get(one.attribute) or ""))}
            for one in snapshot.holdouts
            if one.covers([phase.experiment.key])
        ],
    }


def _rule(rule: Rule, raw: Mapping[str, Any], known: Known, names: Mapping[str, str]) -> dict[str, Any]:
    condition = raw.get("condition") or {}
    unit = str(known.get(rule.attribute) or "")
    number = (rule.plan.number if rule.plan else rule.number)(unit) if unit else None
    drawn = rule.plan is not None or rule.share is not None
    return {
        "id": rule.id,
        "condition": condition,
        "holds": rule.test is None or bool(rule.test(known, {})),
        "known": {name: known.get(name) for name in sorted({*asked(condition)})},
        "needs": [one.flag for one in rule.parents],
        "filters": [_filter(one, known, names.get(of["seed"], "")) for one, of in _filters(rule, raw)],
        "number": number if drawn else None,
        "variation": choose_variation(number, rule.plan.ranges) if rule.plan and number is not None else None,
        "force": raw.get("force"),
        "is_ours": "phase" in raw,
    }


def _filters(rule: Rule, raw: Mapping[str, Any]) -> Iterator[tuple[Filter, Mapping[str, Any]]]:
    yield from zip(rule.filters, raw.get("filters") or (), strict=True)


def _filter(one: Filter, known: Known, name: str) -> dict[str, Any]:
    unit = str(known.get(one.attribute) or "")
    return {
        "name": name,
        "number": one.number(unit) if unit else None,
        "ranges": [list(given) for given in one.ranges],
        "admits": one.admits(unit),
    }


def _names(body: Mapping[str, Any]) -> dict[str, str]:
    """Of layers and holdouts, by seed."""
    seeds = {one["seed"] for rule in body["rules"] for one in rule.get("filters") or ()}
    return {
        seed: name
        for model in (Layer, Holdout)
        for seed, name in model.objects.filter(seed__in=seeds).values_list("seed", "name")
    }


def asked(condition: Any) -> Iterator[str]:
    """The attributes that a condition asks for."""
    if isinstance(condition, Mapping):
        for name, inner in condition.items():
            if name.startswith("$"):
                yield from asked(inner)
            else:
                yield name.partition(".")[0]
    elif isinstance(condition, list):
        for inner in condition:
            yield from asked(inner)
