"""The views that every engine puts over the files and the tail, in SQL that all of them read."""

from __future__ import annotations

from collections.abc import Collection

from events.engine.compiling import FIRST, PROPERTY
from events.engine.tables import EVENTS


def events(parts: Collection[str], *, before_us: int, left_out: Collection[int]) -> str:
    """Rows of EVENTS out of `parts` (selects of its columns), before a time and without some persons."""
    whole = " UNION ALL ".join(parts)
    without = f" AND person NOT IN ({', '.join(map(str, sorted(left_out)))})" if left_out else ""
    return f"SELECT * FROM ({whole}) AS every WHERE epoch_us < {before_us}{without}"  # noqa: S608 - numbers


def resolved(relation: str) -> str:
    """A relation in which `person` is right already."""
    return f"SELECT {', '.join(EVENTS.columns)} FROM {relation}"  # noqa: S608 - our own names


def unresolved(relation: str) -> str:
    """A relation with visitors who may have become members since: `links` says who."""
    columns = ", ".join(
        "coalesce(links.member, e.person) AS person" if name == "person" else f"e.{name} AS {name}"
        for name in EVENTS.columns
    )
    return f"SELECT {columns} FROM {relation} AS e LEFT JOIN links ON e.unit = -links.visitor"  # noqa: S608


def people(engine: str) -> str:
    """Rows of PEOPLE out of `events`."""
    columns = [
        *(_first(engine, name, name, "true") for name in ("source", "device", "language", "country")),
        _first(engine, "join_method", _property(engine, "method"), "name = 'signed_up'"),
        _first(engine, "first_category", _property(engine, "category"), "properties LIKE '%\"category\"%'"),
    ]
    return f"SELECT person, min(epoch_us) AS epoch_us, {', '.join(columns)} FROM events GROUP BY person"  # noqa: S608


def _first(engine: str, name: str, column: str, condition: str) -> str:
    return f"coalesce({FIRST[engine].format(column=column, condition=condition)}, '') AS {name}"


def _property(engine: str, key: str) -> str:
    return PROPERTY[engine].format(properties="properties", key=f"'{key}'")
