"""`{% load experiments %}{% variation "composer" as composer %}`: the flag's value for who reads, exposed to it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from experiments import assignment

register = template.Library()


@register.simple_tag(takes_context=True)
def variation(context: Context, key: str, default: Any = None) -> Any:
    return assignment.variation(context["request"], key, default)
