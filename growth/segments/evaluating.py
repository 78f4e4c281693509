"""Who is in which segment, as of the reader's moment: many definitions by one pass over the lake."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from django.utils.timezone import get_default_timezone_name
from numpy.typing import NDArray

from events.engine import EVENTS, Reader
from events.record import epoch_us
from growth.segments import attributes, counting
from growth.segments.conditions import All, Any, Did, Flag, Measured, Named, Node, Not, When, leaves
from growth.segments.conditions.tree import Attribute, Leaf
from growth.segments.vocabulary import FACTS

Key = TypeVar("Key", bound=Hashable)
Persons = NDArray[np.int64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Ask:
    condition: Node
    who: str = "members"  # members, visitors or everyone


def evaluate(reader: Reader, asks: Mapping[Key, Ask]) -> dict[Key, Persons]:
    """The persons of each, sorted. All members are asked about, whether they did anything or not, and all visitors who
    did; staff is left out. What the community knows of members is taken as it is now."""
    wanted = [leaf for ask in asks.values() for leaf in leaves(ask.condition)]
    asked = {leaf.attribute for leaf in wanted if not isinstance(leaf, Did | When)}
    known = attributes.members(sorted(asked - set(FACTS)))
    persons = np.union1d(_doers(reader), known["person"].to_numpy())
    truth: dict[Leaf, Truth] = {}
    truth.update(counting.hold(reader, (leaf for leaf in wanted if isinstance(leaf, Did | When)), persons).items())
    told = attributes.facts(reader, sorted(asked & set(FACTS))) if asked & set(FACTS) else None
    for leaf in wanted:
        if not isinstance(leaf, Did | When) and leaf not in truth:
            table = told if leaf.attribute in FACTS else known
            truth[leaf] = _is(leaf, table, persons, reader.as_of)
    return {key: persons[_true(ask.condition, truth) & _among(ask.who, persons)] for key, ask in asks.items()}


def _doers(reader: Reader) -> Persons:
    return reader.rows(EVENTS.select("person").distinct())["person"].to_numpy()


def _true(node: Node, truth: Mapping[Leaf, Truth]) -> Truth:
    if isinstance(node, All):
        return np.logical_and.reduce([_true(item, truth) for item in node.items])
    if isinstance(node, Any):
        return np.logical_or.reduce([_true(item, truth) for item in node.items])
    return ~_true(node.item, truth) if isinstance(node, Not) else truth[node]


def _among(who: str, persons: Persons) -> Truth:
    if who == "everyone":
        return np.ones(len(persons), bool)
    return persons > 0 if who == "members" else persons < 0


def _is(leaf: Attribute, table: pa.Table, persons: Persons, as_of: datetime) -> Truth:
    """Where it is not known, it does not hold: neither it nor what is asked of it, but its negation does."""
    values, known = attributes.aligned(table, leaf.attribute, persons)
    if isinstance(leaf, Flag):
        return known & (values == leaf.value)
    if isinstance(leaf, Named):
        return known & np.isin(values, leaf.values)
    if isinstance(leaf, Measured):
        low, high = leaf.bounds.low, leaf.bounds.high
        return known & (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))
    first, end = leaf.period.limits(as_of, ZoneInfo(get_default_timezone_name()))
    since = known if first is None else known & (values >= epoch_us(first))
    return since if end is None else since & (values < epoch_us(end))
