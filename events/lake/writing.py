"""One file of the lake: sorted, compressed, on the disk for good, and what the manifest says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from events.lake import store
from events.lake.database import literal
from events.lake.schema import ORDER, SCHEMA

GROUP = 122_880  # rows of a group, the least that a reader of few persons or days must read
_SPAN = """
SELECT count(*) AS rows, min(person) AS person_min, max(person) AS person_max, min(epoch_us) AS us_min,
  max(epoch_us) AS us_max
FROM read_parquet({file})
"""


@dataclass(frozen=True)
class Written:
    """The facts of a file, named as LakeFile's fields are."""

    path: str
    rows: int
    bytes: int
    person_min: int
    person_max: int
    us_min: int
    us_max: int
    sha256: str


def write(cursor: duckdb.DuckDBPyConnection, relation: str, *, month: date, name: str) -> Written | None:
    """Write the rows of `relation` (a select of SCHEMA's columns but `at`), all of that month, and place the file; None
    where there are none. The name ends in the content's hash: what is written anew is the same file or another."""
    made = store.scratch()
    _copy(cursor, relation, made)
    facts = cursor.sql(_SPAN.format(file=literal(str(made)))).to_arrow_table().to_pylist()[0]
    if not facts["rows"]:
        made.unlink()
        return None
    sha256, size = _sha256(made), made.stat().st_size
    path = f"{store.FOLDER}/{month:%Y-%m}/{name}-{sha256[:12]}.parquet"
    store.place(made, path)
    return Written(path=path, bytes=size, sha256=sha256, **facts)


def _copy(cursor: duckdb.DuckDBPyConnection, relation: str, target: Path) -> None:
    columns = ", ".join("make_timestamptz(epoch_us) AS at" if name == "at" else name for name in SCHEMA.names)
    query = f"SELECT {columns} FROM ({relation}) ORDER BY {ORDER}"  # noqa: S608 - our own names
    cursor.execute(
        f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP})"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def total(files: Collection[Written]) -> int:
    return sum(file.rows for file in files)
