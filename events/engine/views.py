"""The views that every engine puts over the files and the tail, in SQL that all of them read."""

from __future__ import annotations

from collections.abc import Collection

from events.engine.tables import EVENTS


def events(parts: Collection[str], *, before_us: int, left_out: Collection[int]) -> str:
    """Rows of EVENTS out of `parts` (selects of its columns), before a time and without some persons."""
    whole = " UNION ALL ".join(f"({part})" for part in parts)
    without = f" AND person NOT IN ({', '.join(map(str, sorted(left_out)))})" if left_out else ""
    return f"SELECT * FROM ({whole}) AS every WHERE epoch_us < {before_us}{without}"  # noqa: S608 - numbers


def resolved(relation: str) -> str:
    """A relation in which `person` is right already."""
    return f"SELECT {', '.join(EVENTS.columns)} FROM {relation}"  # noqa: S608 - our own names


def unresolved(relation: str) -> str:
    """A relation with visitors who may have become members since: `links` says who."""
    columns = ", ".join(
        "coalesce(links.member, e.person) AS person" if name == "person" else f"e.{name}" for name in EVENTS.columns
    )
    return f"SELECT {columns} FROM {relation} AS e LEFT JOIN links ON e.unit = -links.visitor"  # noqa: S608


PEOPLE = """
    SELECT person, min(epoch_us) AS epoch_us,
           {first_source} AS source, {first_device} AS device,
           {first_language} AS language, {first_country} AS country,
           {join_method} AS join_method, {first_category} AS first_category
    FROM events GROUP BY person
"""
