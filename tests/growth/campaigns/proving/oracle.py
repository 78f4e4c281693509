"""Lift counted from rows and events one member at a time, in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime, timedelta
from statistics import fmean, variance
from typing import Any

from events.models import Event
from experiments.models import MetricVersion
from growth.campaigns.models import Campaign, Consent, Delivery

WEEK = timedelta(days=7)


def firsts(campaign: Campaign, as_of: datetime) -> list[Delivery]:
    """Of each member who counts, the first delivery."""
    found: dict[int, Delivery] = {}
    for row in campaign.deliveries.select_related("member").order_by("planned_at", "id"):
        if row.member_id is not None:
            found.setdefault(row.member_id, row)
    stopped = campaign.test_stopped_at or datetime.max.replace(tzinfo=as_of.tzinfo)
    return [
        row
        for row in found.values()
        if not row.member.is_staff
        and not str(row.why.get("holdout", "")).startswith("global:")
        and row.planned_at < min(as_of, stopped)
    ]


def value(version: MetricVersion, row: Delivery, events: list[Event], as_of: datetime) -> int | None:
    """Of a conversion, a count or a retention; None while the window is open."""
    start, end = row.planned_at, row.planned_at + timedelta(hours=version.window_hours or 0)
    if version.kind == "retention":
        start = row.planned_at + timedelta(days=version.day)
        end = start + timedelta(days=1)
    if end > as_of:
        return None
    count = sum(event.name in version.steps[0] and start <= event.at < end for event in events)
    return count if version.kind == "count" else int(count > 0)


def told(rows: list[Delivery], version: MetricVersion, as_of: datetime) -> dict[str, Any]:
    """By arm (held, 0, 1, …, and sent: all but held): (n, mean, the mean's variance)."""
    found: dict[Any, list[int]] = defaultdict(list)
    history: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.all():
        history[event.unit].append(event)
    for row in rows:
        y = value(version, row, history[row.member_id], as_of)
        if y is not None:
            found["held" if row.held else row.variation].append(y)
            if not row.held:
                found["sent"].append(y)
    return {arm: _summed(ys, version) for arm, ys in found.items()}


def _summed(ys: list[int], version: MetricVersion) -> tuple[int, float, float]:
    mean = fmean(ys)
    spread = mean * (1 - mean) if version.kind != "count" else variance(ys)
    return len(ys), mean, spread / len(ys)


def difference(one: tuple[int, float, float], other: tuple[int, float, float]) -> tuple[float, float]:
    """(other − one, its standard error)"""
    return other[1] - one[1], math.sqrt(one[2] + other[2])


def muted(rows: list[Delivery], as_of: datetime) -> dict[bool, tuple[int, int]]:
    """By held: members whose week is over, and those of them who said no in it."""
    found, said = {False: [0, 0], True: [0, 0]}, {one.member_id: one.at for one in Consent.objects.all()}
    for row in rows:
        if row.planned_at + WEEK <= as_of:
            when = said.get(row.member_id)
            found[row.held][0] += 1
            found[row.held][1] += when is not None and row.planned_at <= when < row.planned_at + WEEK
    return {held: (n, k) for held, (n, k) in found.items()}
