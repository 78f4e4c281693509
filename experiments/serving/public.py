"""What a key that anybody may read shows of a flag: all but the rules that name people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NAMES_PEOPLE = frozenset({"id", "member", "visitor", "targetingKey"})


def body_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same object where it has nothing to hide."""
    shown = [rule for rule in body["rules"] if NAMES_PEOPLE.isdisjoint(_attributes(rule.get("condition") or {}))]
    return body if len(shown) == len(body["rules"]) else {**body, "rules": shown}


def _attributes(condition: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in condition.items():
        if not name.startswith("$"):
            yield name.split(".")[0]
            continue
        for one in wanted if isinstance(wanted, list) else [wanted]:
            if isinstance(one, Mapping):
                yield from _attributes(one)
