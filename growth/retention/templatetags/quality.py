"""Filters for the page of the data's own health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from growth.retention.funnels.naming import lasting, share
from growth.retention.quality import bands, judging, kind, wording

register = template.Library()
register.filter("finding", wording.finding)
register.filter("lasting", lasting)
register.filter("foremost", kind.foremost)


@register.filter
def outcome(key: str) -> Any:
    return wording.OUTCOMES[key]


@register.filter
def source(key: str) -> Any:
    return wording.SOURCES[key]


@register.filter
def state(key: str) -> Any:
    return wording.STATES[key]


@register.filter
def outside(event: Mapping[str, Any]) -> int:
    """Days on which it was outside its band."""
    return sum(day["state"] in ("above", "below") for day in event["days"])


@register.filter
def of_sent(source: Mapping[str, Any], what: str) -> str:
    return share(judging.share(source[what], judging.sent(source)))


@register.filter
def of_pages(day: Mapping[str, Any]) -> str:
    return share(judging.share(day["beacon"], day["server"]))


@register.simple_tag
def limits() -> dict[str, Any]:
    """As the page states them."""
    low, high = judging.PAGES
    shares = {
        "refused": judging.REFUSED,
        "duplicate": judging.DUPLICATE,
        "late": judging.LATE,
        "low": low,
        "high": high,
    }
    told = {name: share(value) for name, value in shares.items()}
    times = {"sealed": judging.SEALED // 60, "filled": judging.FILLED // 60}
    return {**told, **times, "enough": judging.ENOUGH, "weeks": bands.WEEKS, "width": bands.WIDTH}
