"""What a unit was given before: documents of assignments, by attribute and value ("stickyBucket" of the specification).

A document is {"attributeName", "attributeValue", "assignments": {"<experiment>__<bucket version>": variation's key}}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Documents = dict[str, dict[str, Any]]


def documents(given: Mapping[str, Mapping[str, Any]] | Iterable[Mapping[str, Any]]) -> Documents:
    """By "attribute||value", from such a mapping or from a list of documents."""
    found = given.values() if isinstance(given, Mapping) else given
    return {name_of(one["attributeName"], one["attributeValue"]): dict(one) for one in found}


def name_of(attribute: str, value: str) -> str:
    return f"{attribute}||{value}"


def slot(experiment: str, version: int) -> str:
    return f"{experiment}__{version}"


def assignments(kept: Documents, units: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of all units (attribute, value), the first of which wins."""
    found: dict[str, str] = {}
    for attribute, value in units:
        for name, key in kept.get(name_of(attribute, value), {}).get("assignments", {}).items():
            found.setdefault(name, key)
    return found


def is_blocked(given: Mapping[str, str], experiment: str, least: int) -> bool:
    """Whether the unit was assigned under a version that is no longer good."""
    return any(slot(experiment, version) in given for version in range(least))


def kept_with(kept: Documents, attribute: str, value: str, name: str, key: str) -> Documents:
    """The documents with one assignment more."""
    place = name_of(attribute, value)
    before = kept.get(place, {}).get("assignments", {})
    new = {"attributeName": attribute, "attributeValue": value, "assignments": {**before, name: key}}
    return {**kept, place: new}
