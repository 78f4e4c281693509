"""The answer of the kind "segment", and who is behind its numbers."""

from __future__ import annotations

import json
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from django.db.models import Count
from numpy.typing import NDArray

from events.engine import Reader
from growth.reports.kinds import Params
from growth.segments.evaluating import Ask, evaluate
from growth.segments.membership import current
from growth.segments.models import Membership, Segment
from growth.segments.vocabulary import read

SAMPLE = 12


def answer(params: Params, reader: Reader) -> dict[str, Any]:
    """`sample`: some persons from all over the list; `overlap`: with whom of other segments, the most first."""
    found = persons(params, reader)
    chosen = np.unique(np.linspace(0, len(found) - 1, min(SAMPLE, len(found))).astype(int))
    both = (
        Membership.objects.current()
        .filter(person__in=found.tolist())
        .values_list("segment__key", "segment__name", "segment__size")
        .annotate(both=Count("person"))
        .order_by("-both", "segment__key")
    )
    overlap = [dict(zip(("key", "name", "size", "both"), row, strict=True)) for row in both]
    return {"size": len(found), "sample": found[chosen].tolist(), "overlap": overlap}


def people(params: Params, cell: Params, reader: Reader) -> ibis.Table:
    """All of them, or those whom the segment named by the cell's `overlap` holds too."""
    found = persons(params, reader)
    if key := cell.get("overlap"):
        other = Segment.objects.filter(key=key).first()
        found = np.intersect1d(found, current(other.pk)["person"].to_numpy()) if other else found[:0]
    return reader.lend("meant", pa.table({"person": found}))


def persons(params: Params, reader: Reader) -> NDArray[np.int64]:
    return evaluate(reader, {"": Ask(read(json.loads(params["definition"])), params["who"])})[""]
