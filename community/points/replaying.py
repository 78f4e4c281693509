"""What balances would be under other rules: the ledger's standing awards, valued anew."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from community.members.models import Member
from community.points import capping, rules
from community.points.models import Entry, Rule, RuleSet

FIELDS = {"points", "pool", "cap"}


class BadRules(ValueError):
    """Neither a rule set nor a file of rules; the message says what is wrong."""


@dataclass(frozen=True)
class Terms:
    points: int
    pool: str = ""
    cap: int | None = None


@dataclass(frozen=True)
class Moved:
    member: int
    source_id: int | None  # the id that an imported member had where they come from
    now: int
    then: int


def read_rules(name: str) -> dict[str, Terms]:
    """The rules of a set, or of a JSON file `{rule: {"points": 5, "pool": "votes", "cap": 200}, …}`; BadRules."""
    try:
        rows = rules.of_set(name)
    except RuleSet.DoesNotExist:
        return _from_file(Path(name))
    return of_rules(rows.values())


def of_rules(rows: Iterable[Rule]) -> dict[str, Terms]:
    return {rule.name: Terms(rule.points, rule.pool, rule.cap) for rule in rows}


def replay(terms: Mapping[str, Terms]) -> Iterator[Moved]:
    """Every member with their balance now and then. A rule that is missing in `terms` gives nothing."""
    totals: dict[int, int] = defaultdict(int)
    lines = Entry.objects.standing().order_by("member", "day", "at", "pk")
    rows = lines.values_list("member", "day", "rule__name").iterator(chunk_size=10_000)
    for (member, _day), acts in groupby(rows, key=lambda row: row[:2]):
        totals[member] += _of_day((name for _member, _day, name in acts), terms)
    members = Member.objects.order_by("pk").values_list("pk", "imported_id", "points")
    for pk, source_id, now in members.iterator(chunk_size=10_000):
        yield Moved(pk, source_id, now, max(1, totals[pk]))


def _of_day(names: Iterable[str], terms: Mapping[str, Terms]) -> int:
    """The points of one member-day whose acts came in this order."""
    free, pools = 0, defaultdict(list)
    for rule in (terms[name] for name in names if name in terms):
        if rule.cap is None:
            free += rule.points
        else:
            pools[rule.pool].append((rule.points, rule.cap))
    return free + sum(capping.granted_sum(lines) for lines in pools.values())


def _from_file(path: Path) -> dict[str, Terms]:
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError as error:
        sets = ", ".join(RuleSet.objects.values_list("name", flat=True))
        raise BadRules(f"{path} is neither a rule set ({sets}) nor a file") from error
    except (OSError, ValueError) as error:
        raise BadRules(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise BadRules(f"{path}: an object of rules by name is expected")
    return {name: _terms(name, fields) for name, fields in found.items()}


def _terms(name: str, fields: Any) -> Terms:
    if not isinstance(fields, dict) or not fields.keys() <= FIELDS:
        raise BadRules(f"{name}: expected an object of points, pool and cap")
    points: Any = fields.get("points")
    pool, cap = fields.get("pool") or "", fields.get("cap")
    if not _whole(points) or not isinstance(pool, str) or not (cap is None or (_whole(cap) and cap >= 0)):
        raise BadRules(f"{name}: points and cap are whole numbers, the cap not negative, and pool is a word")
    if bool(pool) != (cap is not None) or (pool and points < 0):
        raise BadRules(f"{name}: a capped rule has a pool, a cap and points that are not negative")
    return Terms(points, pool, cap)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
