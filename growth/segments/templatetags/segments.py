"""Filters for the builder of segments."""

from __future__ import annotations

from django import template

from growth.segments.building import BEHAVIOURS, Draft
from growth.segments.conditions import Fault
from growth.segments.vocabulary import HOLDS
from growth.segments.wording import FAULTS, told

register = template.Library()

FOLDED = ("before_days", "since", "until", "property", "property_is", "object_kind", "object_id", "value")


@register.filter
def holds(what: str) -> str:
    """What a row asks about: event, number, text, flag or time."""
    return "event" if what in BEHAVIOURS else HOLDS.get(what, "")


@register.filter
def has_more(node: Draft) -> bool:
    """Whether a field that is folded away says something."""
    return any(node.said.get(name) for name in FOLDED)


@register.filter
def fault_words(fault: Fault, located: bool = False) -> str:
    """Beside the row it needs no place; of JSON it does."""
    return told(fault) if located else str(FAULTS[fault.code] % {"about": fault.about})
