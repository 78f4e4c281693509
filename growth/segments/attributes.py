"""What segments may ask of a person: what the community knows of members, and what a person's first event tells."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from django.db import connection
from pyarrow import csv

from community.members import attributes as of_members
from events.engine import PEOPLE, Reader
from growth.segments.vocabulary import HOLDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TYPES = {"number": pa.int64(), "time": pa.int64(), "flag": pa.bool_(), "text": pa.string()}
_FACT_COLUMNS = {"first_seen": "epoch_us"}  # where PEOPLE calls it otherwise


def members(names: Collection[str]) -> pa.Table:
    """`person` and these of community.members.attributes, a row per member: by COPY, for there may be a million."""
    query, parameters = of_members.rows(names).query.sql_with_params()
    with connection.cursor() as cursor:
        raw = io.BytesIO()
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy:
            for block in copy:
                raw.write(block)
    if not raw.tell():
        return pa.schema([("person", pa.int64()), *((name, _TYPES[HOLDS[name]]) for name in names)]).empty_table()
    raw.seek(0)
    return csv.read_csv(
        raw,
        read_options=csv.ReadOptions(column_names=["person", *names]),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={"person": pa.int64(), **{name: _TYPES[HOLDS[name]] for name in names}},
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=False,
        ),
    )


def facts(reader: Reader, names: Collection[str]) -> pa.Table:
    """`person` and these of FACTS."""
    columns = {name: PEOPLE[_FACT_COLUMNS.get(name, name)] for name in names}
    return reader.rows(PEOPLE.select(PEOPLE.person, **columns))


def aligned(table: pa.Table, name: str, persons: NDArray[np.int64]) -> tuple[NDArray, NDArray[np.bool_]]:
    """A column in the order of `persons` (sorted), and of whom it is known; all of the table's persons are among
    them."""
    column = table[name].combine_chunks()
    place = np.searchsorted(persons, table["person"].to_numpy())
    known = np.zeros(len(persons), bool)
    known[place] = column.is_valid().to_numpy(zero_copy_only=False)
    empty = {"text": "", "flag": False}.get(HOLDS[name], 0)
    given = column.fill_null(empty).to_numpy(zero_copy_only=False)
    values = np.full(len(persons), empty, given.dtype)
    values[place] = given
    return values, known
