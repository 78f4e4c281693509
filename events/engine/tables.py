"""The tables that expressions are written over, and the shape of a row in the lake."""

from __future__ import annotations

import ibis
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

# Without `at`: expressions count in epoch_us, which every engine reads alike.
EVENTS = ibis.table(
    {
        "id": "int64",
        "epoch_us": "int64",
        "name": "string",
        "unit": "int64",
        "person": "int64",
        "session": "int64",
        "object_kind": "string",
        "object_id": "int64",
        "value": "float64",
        "source": "string",
        "device": "string",
        "language": "string",
        "country": "string",
        "properties": "string",
    },
    name="events",
)

# One row per person who did anything: what their first event tells (events.models.PersonFacts).
PEOPLE = ibis.table(
    {
        "person": "int64",
        "epoch_us": "int64",
        "source": "string",
        "device": "string",
        "language": "string",
        "country": "string",
        "join_method": "string",
        "first_category": "string",
    },
    name="people",
)
