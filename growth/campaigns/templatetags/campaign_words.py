"""How campaigns, their channels and acts are said on the admin's pages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import template
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from growth.campaigns.models import Channel

register = template.Library()

ACTS = {
    "created": pgettext_lazy("act", "created"),
    "changed": pgettext_lazy("act", "changed"),
    "submitted": gettext_lazy("handed in for approval"),
    "approved": gettext_lazy("approved"),
    "sent back": gettext_lazy("sent back"),
    "scheduled": gettext_lazy("given a time"),
    "launched": gettext_lazy("launched"),
    "paused": gettext_lazy("paused"),
    "resumed": gettext_lazy("resumed"),
    "cancelled": gettext_lazy("cancelled"),
    "finished": gettext_lazy("finished"),
    "test stopped": gettext_lazy("test stopped"),
    "replayed": gettext_lazy("dead letters sent again"),
}


@register.filter
def campaign_act(act: str) -> str:
    return str(ACTS.get(act, act))


@register.filter
def channel_word(channel: str) -> str:
    return str(Channel(channel).label) if channel in Channel.values else channel


@register.filter
def levels_of(value: Any) -> str:
    """Of a variation of a factorial, as it is or as a form holds it: "title: ask · time: 09:00"."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return ""
    return " · ".join(f"{name}: {level}" for name, level in value.items()) if isinstance(value, dict) else ""


@register.filter
def any_filled(fields: Iterable[Any]) -> bool:
    """Whether something is written or wrong in one of the fields."""
    return any(field.value() or field.errors for field in fields)


@register.filter
def span(value: timedelta) -> str:
    """In the largest unit of which it is a whole number."""
    minutes = round(value / timedelta(minutes=1))
    for size, words in ((1440, _days), (60, _hours)):
        if minutes and minutes % size == 0:
            return words(minutes // size)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def _days(n: int) -> str:
    return ngettext("%d day", "%d days", n) % n


def _hours(n: int) -> str:
    return ngettext("%d hour", "%d hours", n) % n
