"""A file of units, one row each, read for analysis."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MISSING = {"", "na", "nan"}
SMALLEST = 1e-70  # fourth powers of what is read stay numbers
WORDS = {"true": 1.0, "false": 0.0}


@dataclass
class Table:
    arms: np.ndarray  # of each row, text
    columns: dict[str, np.ndarray] = field(default_factory=dict)  # numbers; NaN where one is missing


def read(path: Path, *, variant: str, numbers: Iterable[str], unit: str = "") -> Table:
    """The arm and the wanted numbers of every row. ValueError, naming the row, where the file is not as it should."""
    wanted = list(dict.fromkeys(numbers))
    arms: list[str] = []
    columns: dict[str, list[float]] = {name: [] for name in wanted}
    units: set[str] = set()
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        places = {name: _place(header, name) for name in [variant, *wanted, *([unit] if unit else [])]}
        for number, row in enumerate(reader, start=2):
            if not row:
                continue
            if len(row) != len(header):
                raise ValueError(f"row {number} has {len(row)} fields, the header {len(header)}")
            arms.append(_arm(row[places[variant]], number))
            for name in wanted:
                columns[name].append(_number(row[places[name]], name, number))
            if unit:
                _once(row[places[unit]], units, number)
    if not arms:
        raise ValueError("the file has no rows")
    return Table(np.array(arms), {name: np.array(values) for name, values in columns.items()})


def _place(header: Sequence[str], name: str) -> int:
    if header.count(name) != 1:
        raise ValueError(f"{'no' if name not in header else 'more than one'} column is named {name!r}")
    return header.index(name)


def _arm(text: str, number: int) -> str:
    if text.strip().lower() in MISSING:
        raise ValueError(f"row {number} has no variant")
    return text.strip()


def _number(text: str, name: str, number: int) -> float:
    text = text.strip().lower()
    if text in MISSING:
        return math.nan
    try:
        found = WORDS[text] if text in WORDS else float(text)
    except ValueError:
        raise ValueError(f"row {number}: {name} is {text!r}, not a number") from None
    if not math.isfinite(found):
        raise ValueError(f"row {number}: {name} is not finite")
    if found and not SMALLEST < abs(found) < 1 / SMALLEST:
        raise ValueError(f"row {number}: {name} is {text}, beyond what can be squared twice")
    return found


def _once(unit: str, seen: set[str], number: int) -> None:
    if unit in seen:
        raise ValueError(f"row {number}: unit {unit!r} is there twice")
    seen.add(unit)
