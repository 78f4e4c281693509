"""The shape of a row in the lake."""

from __future__ import annotations

import pyarrow as pa

# Of a file of the lake and of the tail alike; the order is that of the columns in every file.
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("epoch_us", pa.int64(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("unit", pa.int64(), nullable=False),
        pa.field("person", pa.int64(), nullable=False),
        pa.field("session", pa.int64()),
        pa.field("object_kind", pa.string(), nullable=False),
        pa.field("object_id", pa.int64()),
        pa.field("value", pa.float64()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("device", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("country", pa.string(), nullable=False),
        pa.field("properties", pa.string(), nullable=False),
    ]
)
# What PostgreSQL is asked for: `at` follows from epoch_us, `person` from the unit and the links.
FACTS = pa.schema([field for field in SCHEMA if field.name not in ("at", "person")])
ORDER = "person, epoch_us, id"  # of the rows in every file
