"""Results into their tables: what a pass has found in the place of what was there, only where it differs."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection
from pyarrow import csv

from events.lake import copying
from experiments.measuring.cells import Cells
from experiments.measuring.counting import Found, Plan, Use
from experiments.measuring.days import Ints
from experiments.models import ArmDay, ExposureDay

_ARM, _EXPOSURE = ArmDay._meta.db_table, ExposureDay._meta.db_table
SUMS = ("positive", "y", "yy", "x", "xx", "xy", "d", "dd", "yd", "xd")
CELL = ("phase_id", "variation", "day")
COLUMNS = {_EXPOSURE: (*CELL, "units", "flipped"), _ARM: (*CELL, "version_id", "n", *SUMS)}
KEYS = {_EXPOSURE: CELL, _ARM: (*CELL, "version_id")}
_STORED = pa.schema(
    [("phase_id", pa.int64()), ("variation", pa.int64()), ("day", pa.date32())]
    + [("units", pa.int64()), ("flipped", pa.int64())]
)
# Cells in which nobody is first exposed any more, with their sums.
_GONE = f"""
WITH gone AS (
  DELETE FROM {_EXPOSURE} e WHERE phase_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM new_{_EXPOSURE} n WHERE (n.phase_id, n.variation, n.day) = (e.phase_id, e.variation, e.day))
  RETURNING phase_id, variation, day)
DELETE FROM {_ARM} a USING gone g WHERE (a.phase_id, a.variation, a.day) = (g.phase_id, g.variation, g.day)
"""  # noqa: S608 - our own names, here and below
_UNASKED = f"""
DELETE FROM {_ARM} USING unnest(%s::bigint[], %s::bigint[]) AS u (phase, version)
WHERE phase_id = u.phase AND version_id = u.version
"""  # noqa: S608
_KEPT = f"SELECT phase_id, version_id, count(*) FROM {_ARM} WHERE phase_id = ANY(%s) GROUP BY 1, 2"  # noqa: S608


def stored(cells: Cells) -> tuple[Ints, Ints]:
    """Units and flipped by cell, as they were written last."""
    phases = ", ".join(str(asked.phase) for asked in cells.phases)
    query = f"SELECT {', '.join(COLUMNS[_EXPOSURE])} FROM {_EXPOSURE} WHERE phase_id IN ({phases})"  # noqa: S608
    rows = copying.table(query, _STORED)
    place = np.searchsorted([asked.phase for asked in cells.phases], rows["phase_id"].to_numpy())
    day = rows["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    variation = rows["variation"].to_numpy()
    inside = (day >= cells.first[place]) & (day < cells.first[place] + cells.lengths[place])
    inside &= variation < cells.arms[place]
    cell = cells.of(place[inside], day[inside], variation[inside])
    found = np.zeros((2, len(cells)), np.int64)
    found[0, cell], found[1, cell] = rows["units"].to_numpy()[inside], rows["flipped"].to_numpy()[inside]
    return found[0], found[1]


def kept(cells: Cells) -> dict[tuple[int, int], int]:
    """How many cells there are of each (phase, version)."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [[asked.phase for asked in cells.phases]])
        return {(phase, version): cells for phase, version, cells in cursor.fetchall()}


def lay(passes: Sequence[tuple[Plan, Found]]) -> int:
    """Put what was found into temporary tables of this transaction; how many cells of metrics. The first pass has
    counted all exposures, and each the sums of the cells that it was asked for."""
    _lay(_EXPOSURE, [_exposures(*passes[0])])
    return _lay(_ARM, (_arms(plan, found, use) for plan, found in passes for use in plan.uses))


def take_over(cells: Cells, unasked: Collection[tuple[int, int]]) -> None:
    """The tables say what was laid."""
    with connection.cursor() as cursor:
        cursor.execute(_GONE, [[asked.phase for asked in cells.phases]])
        if unasked:
            cursor.execute(_UNASKED, [list(column) for column in zip(*unasked, strict=True)])
        for table in (_EXPOSURE, _ARM):
            cursor.execute(_upsert(table))


def differences(cells: Cells) -> int:
    """How many rows of these phases are not what was laid, or are missing on either side."""
    phases = [asked.phase for asked in cells.phases]
    with connection.cursor() as cursor:
        found = 0
        for table, columns in COLUMNS.items():
            listed = ", ".join(columns)
            there = f"SELECT {listed} FROM {table} WHERE phase_id = ANY(%s)"  # noqa: S608
            laid = f"SELECT {listed} FROM new_{table}"  # noqa: S608
            query = f"SELECT count(*) FROM (({there} EXCEPT {laid}) UNION ALL ({laid} EXCEPT {there})) AS d"  # noqa: S608
            cursor.execute(query, [phases, phases])
            found += cursor.fetchone()[0]
    return found


def _upsert(table: str) -> str:
    columns, keys = COLUMNS[table], KEYS[table]
    values = [name for name in columns if name not in keys]
    old, new = (", ".join(f"{of}.{name}" for name in values) for of in (table, "excluded"))
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns)} FROM new_{table}"  # noqa: S608
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET ({', '.join(values)}) = ROW ({new})"
        f" WHERE ({old}) IS DISTINCT FROM ({new})"
    )


def _exposures(plan: Plan, found: Found) -> dict[str, Any]:
    cells = np.flatnonzero(found.units)
    return _named(plan, cells) | {"units": found.units[cells], "flipped": found.flipped[cells]}


def _arms(plan: Plan, found: Found, use: Use) -> dict[str, Any]:
    """A row for each cell with units, though all of them flipped."""
    cells = np.flatnonzero(plan.wanted & (found.units > 0))
    phase = plan.cells.described(cells)[0]
    cells, phase = cells[use.asking[phase]], phase[use.asking[phase]]
    sums = found.sums[use.measure.pk]
    columns = {name: sums.numbers(name, plan.rank[cells] + use.shift[phase]) for name in SUMS}
    version = np.full(len(cells), use.measure.pk)
    return _named(plan, cells) | {"version_id": version, "n": (found.units - found.flipped)[cells]} | columns


def _named(plan: Plan, cells: Ints) -> dict[str, Any]:
    phase, day, variation = plan.cells.described(cells)
    keys = np.array([asked.phase for asked in plan.cells.phases])[phase]
    return {"phase_id": keys, "variation": variation, "day": pa.array(day.astype(np.int32)).cast(pa.date32())}


def _lay(table: str, parts: Iterable[dict[str, Any]]) -> int:
    columns, rows = COLUMNS[table], 0
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS new_{table}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE new_{table} ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {table} LIMIT 0"  # noqa: S608
        )
        with cursor.copy(f"COPY new_{table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy:
            for part in parts:
                made = pa.table({name: _column(part[name]) for name in columns})
                rows += made.num_rows
                text = io.BytesIO()
                csv.write_csv(made, text, csv.WriteOptions(include_header=False))
                copy.write(text.getbuffer())
        cursor.execute(f"ANALYZE new_{table}")
    return rows


def _column(numbers: Any) -> pa.Array:
    if isinstance(numbers, np.ndarray) and numbers.dtype == object:
        return pa.array([str(number) for number in numbers])
    return pa.array(numbers)
