"""Filters for the tables of lifecycle, stickiness, active members and everyday metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from events.metrics import METRICS, Metric
from growth.retention import counted
from growth.retention.counted import Row
from growth.retention.funnels.naming import share
from growth.retention.metrics import worded

register = template.Library()
register.filter("percent", share)
register.filter("worded", worded)


@register.filter
def counts(row: Mapping[str, Any], names: str) -> list[tuple[str, Any]]:
    """Some of a row's numbers with their names: `row|counts:"dau wau"`."""
    return [(name, row[name]) for name in names.split()]


@register.filter
def metric(one: Mapping[str, Any]) -> Metric:
    """What a metric of an answer is, in words."""
    return METRICS[one["metric"]]


@register.filter
def newest(rows: Sequence[Row], names: str) -> list[Row]:
    """The latest that are worth a look, the newest first: `rows|newest:"active dormant"`."""
    by = "day" if rows and "day" in rows[0] else "period"
    return counted.lively(rows, *names.split(), by=by)[::-1]


@register.filter
def lately(rows: Sequence[Row]) -> Row | None:
    """The last one that is over and of which there is something."""
    return next((row for row in reversed(rows) if row["state"] == "complete" and row["denominator"]), None)
