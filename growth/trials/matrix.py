"""The map of overlaps: of the persons of a row's experiment, how many each other one has too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

SHADES = 10  # cohorts.css
MOST = 20  # experiments on the map, those with the most persons


@dataclass(frozen=True)
class Shown:
    pair: list[str] | None  # none of an experiment with itself
    share: float
    look: str
    amiss: bool  # of one layer, which should share nobody


@dataclass(frozen=True)
class Line:
    number: int
    key: str
    persons: int
    cells: list[Shown]


def draw(result: Mapping[str, Any]) -> list[Line]:
    """Of the answer of experiments.debugging.overlapping. Empty where fewer than three experiments overlap: the list of
    pairs says it then."""
    kept = {key for row in result["pairs"] for key in row["pair"]}
    found = sorted((one for one in result["experiments"] if one["key"] in kept), key=lambda one: -one["persons"])[:MOST]
    if len(found) < 3:
        return []
    known = {frozenset(row["pair"]): row for row in result["pairs"]}
    return [
        Line(number, one["key"], one["persons"], [_cell(one, other, known) for other in found])
        for number, one in enumerate(found, 1)
    ]


def _cell(one: Mapping[str, Any], other: Mapping[str, Any], known: Mapping[frozenset[str], Any]) -> Shown:
    row = known.get(frozenset([one["key"], other["key"]]))
    if one["key"] == other["key"] or row is None:
        return Shown(None, 0.0, "", amiss=False)
    share = row["both"] / one["persons"]
    return Shown(row["pair"], share, f"shade-{round(sqrt(share) * SHADES)}", row["same_layer"])
