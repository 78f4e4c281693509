"""Flags as an environment has them now, compiled for many at once by a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from experiments.bodies import Body, Facts, body_of
from experiments.models import Environment, Experiment, Flag, Holdout, Lease, Phase, Rule, Variation

HOLDOUTS = "@holdouts"  # under this name, which no flag can have, the holdouts that stand are published


def bodies(flag_ids: Collection[int], environment: Environment) -> dict[str, Body | None]:
    """By the flag's name; None where the environment does not have it."""
    facts = read(flag_ids)
    return {flag.name: body_of(flag, environment.key, facts) for flag in facts.flags}


def read(flag_ids: Collection[int]) -> Facts:
    flags = list(Flag.objects.order_by().filter(pk__in=flag_ids))
    ids = [flag.pk for flag in flags]
    rules = Rule.objects.filter(flag__in=ids).order_by("flag", "position").select_related("experiment")
    asked = [rule.experiment_id for rule in rules if rule.experiment_id]
    standing = list(Holdout.objects.filter(started_at__isnull=False, ended_at=None).order_by("pk"))
    running = Phase.objects.current().filter(experiment__in=asked, experiment__status=Experiment.Status.RUNNING)
    return Facts(
        now=timezone.now(),
        flags=flags,
        environments=_pairs(Flag.environments.through.objects.filter(flag__in=ids), "flag_id", "environment__key"),
        users=_pairs(Flag.users.through.objects.filter(flag__in=ids), "flag_id", "member_id"),
        groups=_pairs(Flag.groups.through.objects.filter(flag__in=ids), "flag_id", "group_id"),
        rules=_by("flag_id", rules),
        phases={phase.experiment_id: phase for phase in running},
        variations=_by("experiment_id", Variation.objects.filter(experiment__in=asked).order_by("index")),
        leases=_by("experiment_id", Lease.objects.standing().filter(experiment__in=asked).select_related("layer")),
        holdouts=standing,
        shipped=_by("flag_id", _shipped(standing).filter(flag__in=ids)) if standing else {},
    )


def _shipped(standing: Iterable[Holdout]) -> QuerySet[Any]:
    """Since the first of the holdouts began, the oldest first, each with its control's value."""
    since = min(one.started_at for one in standing if one.started_at)
    shipped = Experiment.objects.with_shipped_at().filter(shipped_at__gte=since)
    return shipped.filter(variations__index=0).annotate(control=F("variations__value")).order_by("shipped_at", "pk")


def _by(name: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return dict(found)


def _pairs(rows: QuerySet[Any], key: str, value: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for one, other in rows.values_list(key, value):
        found[one].append(other)
    return dict(found)


def holdouts() -> Body:
    """What a process needs to see that a unit is held out, or in the equal slice that is measured beside it."""
    standing = list(
        Phase.objects.current()
        .filter(experiment__holdout__started_at__isnull=False, experiment__holdout__ended_at=None)
        .order_by("pk")
        .select_related("experiment__holdout")
    )
    held = [phase.experiment.holdout for phase in standing]
    since = {one.team_id: one.started_at for one in held if one.team_id and one.started_at}
    keys = _keys(since)
    return {"holdouts": [_holdout(phase, keys) for phase in standing]}


def _keys(since: Mapping[int, datetime]) -> dict[int, list[str]]:
    """By team, the experiments that its holdout covers: those that run, and those that were shipped since it began."""
    found: dict[int, list[str]] = defaultdict(list)
    if not since:
        return found
    shipped = Q(shipped_at__gte=min(since.values()))
    asked = (
        Experiment.objects.with_shipped_at().exclude(kind=Experiment.Kind.HOLDOUT).filter(team__in=since).order_by("pk")
    )
    asked = asked.filter(Q(status=Experiment.Status.RUNNING) | shipped)
    for team, key, shipped_at in asked.values_list("team_id", "key", "shipped_at"):
        if shipped_at is None or shipped_at >= since[team]:
            found[team].append(key)
    return found


def _holdout(phase: Phase, keys: dict[int, list[str]]) -> Body:
    """`covers` is null where all experiments are."""
    one = phase.experiment.holdout
    covers = one.frozen_keys if one.frozen_at else None if one.team_id is None else keys[one.team_id]
    return {
        "key": one.key,
        "experiment": phase.experiment.key,
        "phase": phase.pk,
        "seed": one.seed,
        "share": one.share,
        "attribute": one.hash_attribute,
        "covers": covers,
    }
