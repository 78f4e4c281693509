"""Filters for the tables of lifecycle, stickiness, active members and everyday metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def counts(row: Mapping[str, Any], names: str) -> list[tuple[str, Any]]:
    """Some of a row's numbers with their names: `row|counts:"dau wau"`."""
    return [(name, row[name]) for name in names.split()]


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else f"{number_format(share * 100, 1)} %"
