"""A report's numbers in rows, for CSV: each arm of each metric of each comparison; and what programs may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.report import tables
from growth.campaigns.proving.telling import is_hidden

Body = Mapping[str, Any]
RESULTS = ("lift", "bandit", "factors", "slices", "fatigue", "funnel")


def public(body: Body) -> dict[str, Any]:
    """Results are null where the arms do not have the members that they should."""
    hidden = is_hidden(body)
    return {**body, "hidden": hidden, **(dict.fromkeys(RESULTS) if hidden else {})}


def flat(body: Body) -> Iterator[Sequence[Any]]:
    """A header, then the rows. `analysis`: itt, triggered; `against`: the arm that others are compared with."""
    yield ("analysis", "against", *tables.HEADER)
    if is_hidden(body):
        return
    for analysis in ("itt", "triggered"):
        told = body["lift"][analysis]
        for one in (told["sent"], *told["variations"], told["first"]):
            if one:
                for row in tables.flat(one)[1:]:
                    yield (analysis, one["arms"][0]["key"], *row)
