"""How the numbers of a funnel are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from growth.reports.kinds import Params
from growth.retention.funnels import naming

register = template.Library()
register.filter("share", naming.share)
register.filter("lasting", naming.lasting)
register.filter("group", naming.group)


@register.filter
def lines(params: Params, part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of an answer, or of a group of it, with their names, how many were lost and the widths of bars."""
    steps = part["steps"]
    first, before = steps[0]["count"], [None, *(step["count"] for step in steps)]
    return [
        step
        | {"name": name, "lost": None if previous is None else previous - step["count"]}
        | {"width": f"{100 * step['count'] / first if first else 0:.1f}"}
        for name, step, previous in zip(naming.steps(params), steps, before, strict=False)
    ]
