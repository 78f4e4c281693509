"""Short ways to tell histories and to read cohort tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.growth.retention.told import Told, answer, at, people

SHORT = {"start": "signed_up", "back": "active", "period": "day", "periods": 3, "tz": "UTC"}
LATER = "2030-01-01T00:00"


def told(*lines: str) -> list[Told]:
    """Events out of `person name time`, in the order of their ids."""
    parts = (line.split() for line in lines)
    return [Told(int(person), name, at(moment)) for person, name, moment in parts]


def retention(history: Iterable[Told], *, as_of: str = LATER, **given: Any) -> dict[str, Any]:
    return answer("retention", history, at(as_of), **{**SHORT, **given})


def members(history: Iterable[Told], cell: dict[str, Any], *, as_of: str = LATER, **given: Any) -> list[int]:
    return people("retention", history, at(as_of), cell, **{**SHORT, **given})


def counts(result: dict[str, Any]) -> dict[str, list[int | None]]:
    """Of each cohort its size and then its cells."""
    return {row["cohort"]: [row["size"], *(cell["count"] for cell in row["cells"])] for row in result["rows"]}


def states(result: dict[str, Any], row: int = 0) -> list[str]:
    return [cell["state"] for cell in result["rows"][row]["cells"]]
