"""Rows of a CSV or Parquet file, as they come: (unit, name, at, id), each as the file has it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

BATCH = 20_000  # rows of a Parquet file in memory at once


class BadFile(ValueError):
    """str() is one line that says what is wrong with it."""


def rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The values of these columns, row by row. Raises BadFile, at the row where the fault is."""
    reader = {".csv": _of_csv, ".parquet": _of_parquet}.get(path.suffix.lower())
    if reader is None:
        raise BadFile(f"{path} is neither .csv nor .parquet")
    try:
        yield from reader(path, columns)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}") from error


def _of_csv(path: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        try:
            places = _places(next(reader, []), columns, path)
            widest = max(places)
            for row in reader:
                if row:
                    row += [""] * (widest + 1 - len(row))
                    yield tuple([row[place] for place in places])
        except UnicodeDecodeError as error:
            raise BadFile(f"{path} is not UTF-8 (line {reader.line_num + 1})") from error
        except csv.Error as error:
            raise BadFile(f"{path}, line {reader.line_num}: {error}") from error


def _places(header: Sequence[str], columns: Sequence[str], path: Path) -> list[int]:
    for column in columns:
        if column not in header:
            raise BadFile(f"{path} has no column {column!r}; it has: {', '.join(header)[:200] or 'none'}")
    return [header.index(column) for column in columns]


def _of_parquet(path: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    import pyarrow as pa  # noqa: PLC0415 (heavy; only for who imports Parquet)
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            _places(file.schema_arrow.names, columns, path)
            for batch in file.iter_batches(batch_size=BATCH, columns=sorted(set(columns))):
                yield from zip(*[_plain(batch.column(name)) for name in columns], strict=True)
    except pa.ArrowInvalid as error:
        raise BadFile(f"{path}: {str(error).splitlines()[0]}") from error


def _plain(column: Any) -> list[Any]:
    """As Python has it. Finer than microseconds is not kept; a whole number that had to be a float is whole again."""
    import pyarrow as pa  # noqa: PLC0415

    kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    try:
        values = column.to_pylist()
    except (OverflowError, ValueError):  # a time that Python does not have
        values = [_python(value) for value in column]
    if pa.types.is_floating(kind):
        return [int(value) if value is not None and value.is_integer() else value for value in values]
    return values


def _python(value: Any) -> Any:
    """None for a time that is not of the years 1 to 9999."""
    try:
        return value.as_py()
    except (OverflowError, ValueError):
        return None
