"""A tree as the JSON that says it, in one way: `parse(write(tree)) == tree`."""

from __future__ import annotations

from typing import Any as Json

from growth.segments.conditions.tree import (
    ONCE,
    All,
    Any,
    Bounds,
    Dated,
    Did,
    Events,
    Flag,
    Leaf,
    Measured,
    Named,
    Node,
    Not,
    Period,
)


def write(node: Node) -> dict[str, Json]:
    if isinstance(node, All):
        return {"all": [write(item) for item in node.items]}
    if isinstance(node, Any):
        return {"any": [write(item) for item in node.items]}
    if isinstance(node, Not):
        return {"not": write(node.item)}
    return _leaf(node)


def _leaf(leaf: Leaf) -> dict[str, Json]:
    if isinstance(leaf, Did):
        times = {} if leaf.times == ONCE else _bounds(leaf.times)
        return {"event": leaf.events.names, **times, **_period(leaf.period), **_filters(leaf.events)}
    if isinstance(leaf, Measured):
        return {"attribute": leaf.attribute, **_bounds(leaf.bounds)}
    if isinstance(leaf, Named):
        return {"attribute": leaf.attribute, "is": _one(leaf.values)}
    if isinstance(leaf, Flag):
        return {"attribute": leaf.attribute, "is": leaf.value}
    if isinstance(leaf, Dated):
        return {"attribute": leaf.attribute, **_period(leaf.period)}
    return {"last" if leaf.last else "first": leaf.events.names, **_period(leaf.period), **_filters(leaf.events)}


def _bounds(bounds: Bounds) -> dict[str, Json]:
    if bounds.low is not None and bounds.low == bounds.high:
        return {"exactly": bounds.low}
    return _given({"at_least": bounds.low, "at_most": bounds.high})


def _period(period: Period) -> dict[str, Json]:
    days = _given({"within_days": period.within_days, "before_days": period.before_days})
    return days | {name: text for name, text in (("since", period.since), ("until", period.until)) if text}


def _filters(events: Events) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if events.where:
        found["where"] = {name: _one(values) for name, values in events.where}
    if events.object_kind:
        found["object"] = {"kind": events.object_kind, **_given({"id": events.object_id})}
    return found | _given({"value": events.value})


def _one(values: tuple[Json, ...]) -> Json:
    return values[0] if len(values) == 1 else list(values)


def _given(values: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
