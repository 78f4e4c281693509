"""What GrowthBook's clients are shown with a key that anybody may read: no condition that could name people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]
SHOWN = frozenset({"country", "device", "language", "loggedIn", "path", "staff", "superuser"})  # what rules may ask


def bodies(given: Mapping[str, Body]) -> dict[str, Body]:
    """Each flag up to its first rule that is not shown, where it ends with its default: what follows is meant for those
    whom that rule leaves over. A rule that depends on a flag that was cut short is not shown either."""
    cut: frozenset[str] = frozenset()
    while (found := frozenset(name for name, body in given.items() if _length(body, cut) < len(body["rules"]))) != cut:
        cut = found
    return {name: {**body, "rules": body["rules"][: _length(body, cut)]} for name, body in given.items()}


def _length(body: Body, cut: Collection[str]) -> int:
    """How many of its rules are shown."""
    rules = body["rules"]
    return next((place for place, rule in enumerate(rules) if not _is_shown(rule, cut)), len(rules))


def _is_shown(rule: Body, cut: Collection[str]) -> bool:
    depends = any(parent["id"] in cut for parent in rule.get("parentConditions", ()))
    return not depends and SHOWN.issuperset(_attributes(rule.get("condition") or {}))


def _attributes(condition: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in condition.items():
        if not name.startswith("$"):
            yield name.split(".")[0]
            continue
        for one in wanted if isinstance(wanted, list) else [wanted]:
            if isinstance(one, Mapping):
                yield from _attributes(one)
