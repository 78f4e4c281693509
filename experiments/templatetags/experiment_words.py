"""How numbers and acts of experiments are said on their pages."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from experiments import qa
from experiments.models import WHOLE, Experiment, MetricVersion, Variation

register = template.Library()

ACTS = {
    "created": pgettext_lazy("act", "created"),
    "changed": pgettext_lazy("act", "changed"),
    "started": pgettext_lazy("experiment", "started"),
    "ramped": gettext_lazy("its traffic changed"),
    "restarted": gettext_lazy("restarted"),
    "stopped": gettext_lazy("stopped"),
    "shipped": gettext_lazy("shipped"),
    "decided": gettext_lazy("decided"),
    "archived": pgettext_lazy("act", "archived"),
}


@register.filter
def act_words(act: str) -> str:
    return str(ACTS.get(act, act))


@register.filter
def share(value: float) -> str:
    """0.0512 → 5.12 %"""
    return f"{_figure(value * 100)} %"


@register.filter
def signed(value: float) -> str:
    """Of an effect: +5.12 %"""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{share(abs(value))}"


@register.filter
def parts(value: int) -> str:
    """Ten thousandths → per cent"""
    return share(value / WHOLE)


@register.filter
def measured(value: float, version: MetricVersion | None) -> str:
    """A mean in the metric's unit, to three figures."""
    if version is not None and version.is_share:
        return share(value)
    return _("%s s") % _figure(value) if version is not None and version.unit == "seconds" else _figure(value)


def _figure(value: float) -> str:
    rounded = float(f"{value:.3g}")
    return number_format(int(rounded) if rounded.is_integer() else rounded, use_l10n=True, force_grouping=True)


@register.filter
def whole(value: float) -> str:
    return number_format(round(value), use_l10n=True, force_grouping=True)


@register.filter
def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@register.simple_tag
def qa_link(experiment: Experiment, variation: Variation) -> SafeString:
    return format_html('<a href="{}">{}</a>', qa.address("/", experiment, variation), _("open the site with it"))
