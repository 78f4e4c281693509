"""One flag in the form of a feature of the GrowthBook SDK payload, from rows that were read for many at once.

A body is {"defaultValue", "rules": [...], "about": {"id", "kind", "killed", "testing"}}. What is ours, `about` and a
rule's `phase`, other readers of the form pass over. A rule's id says where it comes from: the name of an override,
`rule-<pk>`, `exp-<experiment's key>` or `percent`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from experiments.models import WHOLE, Experiment, Flag, Holdout, Lease, Phase, Rule, Variation

Body = dict[str, Any]
HASH = 2  # the version of the hash that spreads units
OVERRIDES = frozenset(
    ("everyone", "nobody", "languages", "authenticated", "staff", "superusers", "users", "groups")  # of waffle
)


@dataclass
class Facts:
    """Rows by the flag or the experiment that they belong to."""

    now: datetime
    flags: Sequence[Flag] = ()
    environments: Mapping[int, Sequence[str]] = field(default_factory=dict)
    users: Mapping[int, Sequence[int]] = field(default_factory=dict)
    groups: Mapping[int, Sequence[int]] = field(default_factory=dict)
    rules: Mapping[int, Sequence[Rule]] = field(default_factory=dict)
    phases: Mapping[int, Phase] = field(default_factory=dict)  # the current ones of those that run
    variations: Mapping[int, Sequence[Variation]] = field(default_factory=dict)
    leases: Mapping[int, Sequence[Lease]] = field(default_factory=dict)
    holdouts: Sequence[Holdout] = ()
    shipped: Mapping[int, Sequence[Any]] = field(default_factory=dict)  # with their `control`'s value


def body_of(flag: Flag, environment: str, facts: Facts) -> Body | None:
    """None where the environment does not have the flag."""
    if flag.lifecycle == Flag.Lifecycle.ARCHIVED or environment not in facts.environments.get(flag.pk, ()):
        return None
    about = {"id": flag.pk, "kind": flag.kind, "killed": flag.killed_at is not None, "testing": flag.testing}
    rules = [] if about["killed"] else _rules(flag, environment, facts)
    found = {"defaultValue": flag.off_value, "rules": rules}
    return {**_of_one_type(found, flag, facts), "about": about}


def _rules(flag: Flag, environment: str, facts: Facts) -> list[Body]:
    if flag.everyone is not None:
        on = flag.everyone
        return [{"id": "everyone" if on else "nobody", "force": flag.on_value if on else flag.off_value}]
    found = [
        {"id": name, "condition": condition, "force": flag.on_value} for name, condition in _overrides(flag, facts)
    ]
    found += _withheld(flag, facts)
    for rule in facts.rules.get(flag.pk, ()):
        if _is_in_force(rule, environment, facts.now):
            found += _asked(rule.experiment, rule, flag, facts) if rule.experiment else [_forced(rule, flag)]
    if flag.percent:
        found.append({"id": "percent", "force": flag.on_value} | _share("id", flag.name, float(flag.percent) / 100))
    return found


def _overrides(flag: Flag, facts: Facts) -> Iterable[tuple[str, Body]]:
    """Those of waffle; it has them all give the same value, so their order tells nothing."""
    if languages := [one.strip() for one in flag.languages.split(",") if one.strip()]:
        yield "languages", {"language": {"$in": languages}}
    for name, given, attribute in (
        ("authenticated", flag.authenticated, "loggedIn"),
        ("staff", flag.staff, "staff"),
        ("superusers", flag.superusers, "superuser"),
    ):
        if given:
            yield name, {attribute: True}
    if users := facts.users.get(flag.pk):
        yield "users", {"member": {"$in": [str(one) for one in sorted(users)]}}
    if groups := facts.groups.get(flag.pk):
        yield "groups", {"groups": {"$in": sorted(groups)}}


def _is_in_force(rule: Rule, environment: str, now: datetime) -> bool:
    if not rule.enabled or (rule.environments and environment not in rule.environments):
        return False
    return (rule.starts_at is None or rule.starts_at <= now) and (rule.ends_at is None or now < rule.ends_at)


def _forced(rule: Rule, flag: Flag) -> Body:
    share = {} if rule.coverage == WHOLE else _share(rule.hash_attribute, rule.seed or flag.name, rule.coverage / WHOLE)
    return {"id": f"rule-{rule.pk}", "force": rule.value} | _targeting(rule) | share


def _share(attribute: str, seed: str, coverage: float) -> Body:
    return {"coverage": coverage, "hashAttribute": attribute, "seed": seed, "hashVersion": HASH}


def _asked(experiment: Experiment, rule: Rule, flag: Flag, facts: Facts) -> list[Body]:
    """The rule of an experiment that runs; none where it does not, or has no lease of its flag's layer."""
    phase, leases = facts.phases.get(experiment.pk), facts.leases.get(experiment.pk, ())
    if phase is None or (flag.layer_id and not leases):
        return []
    variations = facts.variations.get(experiment.pk, ())
    filters = [*_leased(leases), *(_spared(one) for one in facts.holdouts if holds_out(one, experiment))]
    sticks: Body = {"fallbackAttribute": experiment.fallback_attribute} if experiment.fallback_attribute else {}
    return [
        {
            "id": f"exp-{experiment.key}",
            "key": experiment.key,
            "phase": phase.pk,
            "variations": [one.value for one in variations],
            "meta": [{"key": one.key} for one in variations],
            "weights": [weight / sum(phase.weights) for weight in phase.weights],
            "bucketVersion": phase.bucket_version,
            "minBucketVersion": 0,  # a unit of an earlier phase is asked anew
            "filters": filters,
        }
        | _share(experiment.hash_attribute, phase.seed, phase.coverage / WHOLE)
        | _targeting(rule, experiment)
        | (sticks or {"disableStickyBucketing": True})
    ]


def _targeting(rule: Rule, experiment: Experiment | None = None) -> Body:
    """For whom: all of the conditions, one of the segments that each names, and what depends on other flags."""
    conditions: list[Body] = []
    sources: list[Rule | Experiment] = [rule] if experiment is None else [rule, experiment]
    for one in sources:
        conditions += [one.condition] if one.condition else []
        conditions += [{"segments": {"$in": list(one.segments)}}] if one.segments else []
    found: Body = {}
    if conditions:
        found["condition"] = conditions[0] if len(conditions) == 1 else {"$and": conditions}
    if rule.prerequisites:
        found["parentConditions"] = [
            {"id": one["flag"], "condition": one.get("condition") or {}, "gate": bool(one.get("gate"))}
            for one in rule.prerequisites
        ]
    return found


def _leased(leases: Iterable[Lease]) -> Iterable[Body]:
    layers: dict[int, list[Lease]] = defaultdict(list)
    for one in leases:
        layers[one.layer_id].append(one)
    for held in layers.values():
        ranges = [[one.low / WHOLE, one.high / WHOLE] for one in held]
        yield _filter(held[0].layer.seed, held[0].layer.hash_attribute, ranges)


def _spared(holdout: Holdout) -> Body:
    return _filter(holdout.seed, holdout.hash_attribute, [[holdout.share / WHOLE, 1]])


def _filter(seed: str, attribute: str, ranges: list[list[float]]) -> Body:
    return {"seed": seed, "attribute": attribute, "hashVersion": HASH, "ranges": ranges}


def _withheld(flag: Flag, facts: Facts) -> Iterable[Body]:
    """What was shipped while a holdout stands is kept from its units: they have what the control had."""
    for experiment in facts.shipped.get(flag.pk, ()):
        for one in facts.holdouts:
            if holds_out(one, experiment) and one.started_at <= experiment.shipped_at:
                held = _filter(one.seed, one.hash_attribute, [[0, one.share / WHOLE]])
                control = experiment.control
                yield {"id": f"holdout-{one.key}", "key": experiment.key, "force": control, "filters": [held]}


def holds_out(holdout: Holdout, experiment: Experiment) -> bool:
    """Whether the holdout's units are not asked: once it is frozen, by those that it had then."""
    if holdout.frozen_at is not None:
        return experiment.key in holdout.frozen_keys
    return experiment.kind != Experiment.Kind.HOLDOUT and holdout.team_id in (None, experiment.team_id)


def _of_one_type(found: Body, flag: Flag, facts: Facts) -> Body:
    """With 1.0 for 1 in a flag that has a float anywhere, in force or not, or whose schema speaks of a number: clients
    are typed, and a kill switch changes no type."""
    if flag.kind != Flag.Kind.NUMBER:
        return found
    given = [flag.off_value, flag.on_value, *_values(flag, facts)]
    kind = (flag.schema or {}).get("type")
    if kind == "integer" or (kind != "number" and not any(isinstance(one, float) for one in given)):
        return found
    rules = [_mapped(rule, _as_float) for rule in found["rules"]]
    return {"defaultValue": _as_float(found["defaultValue"]), "rules": rules}


def _values(flag: Flag, facts: Facts) -> Iterator[Any]:
    for rule in facts.rules.get(flag.pk, ()):
        yield rule.value
        yield from (one.value for one in facts.variations.get(rule.experiment_id or 0, ()))
    yield from (one.control for one in facts.shipped.get(flag.pk, ()))


def _mapped(rule: Body, act: Callable[[Any], Any]) -> Body:
    if "variations" in rule:
        return {**rule, "variations": [act(one) for one in rule["variations"]]}
    return {**rule, "force": act(rule["force"])}


def _as_float(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
