"""How numbers about experiments are said on the pages of growth.trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _

from experiments.report import wording
from growth.reports.templatetags.reports import people_url
from growth.trials.balance import BAD, at
from growth.trials.matrix import Line, draw
from growth.trials.trial import DIMENSIONS, group_name

register = template.Library()
register.simple_tag(people_url, takes_context=True)


@register.filter
def overlap_map(result: Mapping[str, Any]) -> list[Line]:
    return draw(result)


@register.filter
def instant(microseconds: int) -> datetime:
    return at(microseconds)


@register.filter
def p(value: float | None) -> str:
    return wording.p_value(value)


@register.filter
def percent(value: float | None) -> str:
    return wording.percent(value)


@register.filter
def change(value: float | None) -> str:
    return wording.percent(value, signed=True)


@register.filter
def between(ci: Sequence[float | None] | None) -> str:
    return wording.interval(ci)


@register.filter
def plain(value: float | None) -> str:
    return "–" if value is None else wording.number(value, digits=0 if float(value).is_integer() else 3)


@register.filter
def group(value: str | None) -> str:
    return group_name(value)


@register.filter
def dimension(name: str) -> str:
    if name == "tenure":
        return _("First seen")
    return str(dict(DIMENSIONS)[name])


@register.filter
def tenure(value: str) -> str:
    return {"new": _("While it ran"), "old": _("Before")}.get(value, value)


@register.filter
def is_bad(value: float | None) -> bool:
    return value is not None and value < BAD


@register.filter
def item(values: Sequence[Any], index: Any) -> Any:
    """Empty where there is none."""
    return values[int(index)] if index is not None and 0 <= int(index) < len(values) else ""


@register.filter
def bucket(value: float | None) -> str:
    """The number of a unit, of ten thousand."""
    return "–" if value is None else wording.number(round(value * 10_000), digits=0)


@register.filter
def ranges(given: Sequence[Sequence[float]]) -> str:
    return ", ".join(f"{bucket(low)}–{bucket(high)}" for low, high in given)


@register.inclusion_tag("reports/trials/_head.html")
def trial_head(result: dict[str, Any]) -> dict[str, Any]:
    return {"experiment": result["experiment"]}


@register.filter
def unlocalized(value: float) -> str:
    """For a picture's measures."""
    return f"{value:.4f}"
