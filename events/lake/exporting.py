"""A person's own events, for the file that they may take with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from events.lake import store
from events.lake.moment import repeatable_read
from events.models import Event, LakeFile, Seal

FIELDS = ("at", "name", "object_kind", "object_id", "value", "device", "language", "country", "properties")


def events_of(units: Sequence[int]) -> list[dict[str, Any]]:
    """Of these units, oldest first. The files are sorted by person, so that little of them is read."""
    with repeatable_read():
        standing = LakeFile.objects.standing()
        files = list(standing.filter(person_min__lte=max(units), person_max__gte=min(units)))
        tail = Event.objects.filter(tx__gte=str(Seal.objects.end()), unit__in=units)
        rows = [*tail.values(*FIELDS), *_in_files([file.path for file in files], units)]
    return sorted(rows, key=lambda row: row["at"])


def _in_files(paths: Sequence[str], units: Sequence[int]) -> list[dict[str, Any]]:
    if not paths:
        return []
    dataset = ds.dataset([store.located(path) for path in paths], filesystem=store.filesystem(), format="parquet")
    theirs = pc.field("person").isin(units) & pc.field("unit").isin(units)
    rows = dataset.to_table(columns=list(FIELDS), filter=theirs).to_pylist()
    return [{**row, "properties": json.loads(row["properties"])} for row in rows]
