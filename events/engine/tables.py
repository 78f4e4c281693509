"""The tables that expressions are written over, and the shape of a row in the lake (events.lake.schema)."""

from __future__ import annotations

import ibis

from events.lake.schema import SCHEMA

__all__ = ["EVENTS", "PEOPLE", "SCHEMA"]

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
