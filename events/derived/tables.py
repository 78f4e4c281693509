"""The derived tables: which rows a batch of events adds to each, and how they are taken up, in PostgreSQL's SQL.

`batch` selects from the events of `{batch}` (their columns, with `person` resolved and `day` of the site's time zone);
`folded` selects the rows of `{folded}`, those of persons who turned out to be others, under their right names; `merge`
takes a row up where there is one already.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from events.models import DailyCount, FirstSeen, PersonDay, PersonFacts


@dataclass(frozen=True)
class Derived:
    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    batch: str
    folded: str  # empty: the table knows no persons
    merge: str

    @property
    def name(self) -> str:
        return self.model._meta.db_table.removeprefix("events_")


_FIRST = "(excluded.epoch_us, excluded.event_id) < (t.epoch_us, t.event_id)"
_EARLIEST = """
SELECT DISTINCT ON (person, name) person, name, epoch_us, {id} FROM {relation} ORDER BY person, name, epoch_us, {id}
"""
# Out of rows that each tell (some) facts of a person, each fact by the first that tells it.
_FACTS = """
SELECT person, epoch_us, event_id, source, device, language, country, coalesce(join_method, ''), join_us, join_id,
  coalesce(first_category, ''), category_us, category_id
FROM (SELECT DISTINCT ON (person) person, epoch_us, event_id, source, device, language, country
    FROM {told} ORDER BY person, epoch_us, event_id) seen
  LEFT JOIN (SELECT DISTINCT ON (person) person, join_method, join_us, join_id
    FROM {told} WHERE join_us IS NOT NULL ORDER BY person, join_us, join_id) joined USING (person)
  LEFT JOIN (SELECT DISTINCT ON (person) person, first_category, category_us, category_id
    FROM {told} WHERE category_us IS NOT NULL ORDER BY person, category_us, category_id) categories USING (person)
"""
_JOINS = "name = 'signed_up' AND properties ->> 'method' IS NOT NULL"
_HAS_CATEGORY = "properties ->> 'category' IS NOT NULL"
_TOLD_BY_EVENTS = f"""
(SELECT person, epoch_us, id AS event_id, source, device, language, country,
  CASE WHEN {_JOINS} THEN left(properties ->> 'method', 40) END AS join_method,
  CASE WHEN {_JOINS} THEN epoch_us END AS join_us, CASE WHEN {_JOINS} THEN id END AS join_id,
  CASE WHEN {_HAS_CATEGORY} THEN left(properties ->> 'category', 60) END AS first_category,
  CASE WHEN {_HAS_CATEGORY} THEN epoch_us END AS category_us, CASE WHEN {_HAS_CATEGORY} THEN id END AS category_id
FROM {{batch}} events) told
"""  # noqa: S608 - our own text


def _earlier(prefix: str) -> str:
    """Whether the new row tells a fact by an earlier event than the row that is there."""
    new, old = f"(excluded.{prefix}_us, excluded.{prefix}_id)", f"(t.{prefix}_us, t.{prefix}_id)"
    return f"excluded.{prefix}_us IS NOT NULL AND (t.{prefix}_us IS NULL OR {new} < {old})"


def _taken(condition: str, columns: tuple[str, ...]) -> list[str]:
    return [f"{name} = CASE WHEN {condition} THEN excluded.{name} ELSE t.{name} END" for name in columns]


_OF_FIRST = ("epoch_us", "event_id", "source", "device", "language", "country")
_OF_JOIN = ("join_method", "join_us", "join_id")
_OF_CATEGORY = ("first_category", "category_us", "category_id")

TABLES = (
    Derived(
        FirstSeen,
        ("person", "name", "epoch_us", "event_id"),
        ("person", "name"),
        batch=_EARLIEST.format(relation="{batch} events", id="id"),
        folded=_EARLIEST.format(relation="{folded} folded", id="event_id"),
        merge=f"UPDATE SET epoch_us = excluded.epoch_us, event_id = excluded.event_id WHERE {_FIRST}",
    ),
    Derived(
        PersonDay,
        ("person", "day", "name", "count"),
        ("person", "day", "name"),
        batch="SELECT person, day, name, count(*) FROM {batch} events GROUP BY person, day, name",
        folded="SELECT person, day, name, sum(count) FROM {folded} folded GROUP BY person, day, name",
        merge="UPDATE SET count = t.count + excluded.count",
    ),
    Derived(
        DailyCount,
        ("day", "name", "source", "count", "value"),
        ("day", "name", "source"),
        batch="SELECT day, name, source, count(*), coalesce(sum(value), 0) FROM {batch} events GROUP BY 1, 2, 3",
        folded="",
        merge="UPDATE SET count = t.count + excluded.count, value = t.value + excluded.value",
    ),
    Derived(
        PersonFacts,
        ("person", *_OF_FIRST, *_OF_JOIN, *_OF_CATEGORY),
        ("person",),
        batch=_FACTS.replace("{told}", _TOLD_BY_EVENTS),
        folded=_FACTS.replace("{told}", "{folded} told"),
        merge="UPDATE SET "
        + ", ".join(
            [
                *_taken(_FIRST, _OF_FIRST),
                *_taken(_earlier("join"), _OF_JOIN),
                *_taken(_earlier("category"), _OF_CATEGORY),
            ]
        ),
    ),
)
