"""Time zones by region, for a list to choose from."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from zoneinfo import available_timezones

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def by_region() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """(region, ((key, city), …)) in order of the alphabet; keys that are only other names are left out."""
    keys = sorted(key for key in available_timezones() if key.partition("/")[0] in REGIONS)
    return tuple(
        (region, tuple((key, key.partition("/")[2].replace("_", " ")) for key in found))
        for region, found in groupby(keys, key=lambda key: key.partition("/")[0])
    )
