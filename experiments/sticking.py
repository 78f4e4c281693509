"""Assignments that stick, as they are kept: read when the first experiment asks for them, written after the answer.

A row is of the member or of the visitor, whichever of the two the unit is, so that one who signs in is still given what
they had as a visitor ("stickyBucket" of the GrowthBook specification, with the visitor to fall back on).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from experiments.models import Sticky
from experiments.sticky import Documents, kept_with, name_of

_UNITS = ("member", "visitor")


class Kept(Mapping[str, dict[str, Any]]):
    """The documents of one unit, read once."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self._attributes = attributes
        self._read: Documents | None = None

    @property
    def documents(self) -> Documents:
        if self._read is None:
            units = {name: value for name in _UNITS if (value := self._attributes.get(name))}
            self._read = read(units) if units else {}
        return self._read

    def __getitem__(self, place: str) -> dict[str, Any]:
        return self.documents[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self.documents)

    def __len__(self) -> int:
        return len(self.documents)


def read(units: Mapping[str, str]) -> Documents:
    """Those of the member and of the visitor, under the names by which an experiment may call either."""
    wanted = Q(*(Q(attribute=name, value=value) for name, value in units.items()), _connector=Q.OR)
    found: Documents = {}
    for row in Sticky.objects.filter(wanted):
        found = kept_with(found, row.attribute, row.value, row.slot, row.variation)
        found = kept_with(found, "id", _as_id(row.attribute, row.value), row.slot, row.variation)
    return found


def write(kept: Kept, documents: Mapping[str, Mapping[str, Any]]) -> int:
    """Add what `documents` have beyond those that were kept; returns how many. The last assignment stands."""
    rows: dict[tuple[str, str, str], Sticky] = {}
    for one in documents.values():
        attribute, value = _as_unit(one["attributeName"], one["attributeValue"])
        before = kept.get(name_of(one["attributeName"], one["attributeValue"]), {}).get("assignments", {})
        for slot, variation in one["assignments"].items():
            if before.get(slot) != variation:
                rows[attribute, value, slot] = Sticky(attribute=attribute, value=value, slot=slot, variation=variation)
    Sticky.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["attribute", "value", "slot"],
        update_fields=["variation", "at"],
    )
    return len(rows)


def _as_id(attribute: str, value: str) -> str:
    return f"-{value}" if attribute == "visitor" else value


def _as_unit(attribute: str, value: str) -> tuple[str, str]:
    if attribute != "id":
        return attribute, value
    return ("visitor", value[1:]) if value.startswith("-") else ("member", value)
