"""Tags for the partials of kinds of reports."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from growth.reports.addresses import BACK, address_of
from growth.reports.asking import Question
from growth.reports.kinds import Kind, Params

register = template.Library()


@register.simple_tag(takes_context=True)
def people_url(context: template.Context, kind: Kind, params: Params, **cell: Any) -> str:
    """Where the people behind one number of the shown answer are: `{% people_url kind params cohort=row.cohort k=3 %}`.

    They are asked for as of the answer's own moment, so that the list has as many as the number says.
    """
    as_of = context.get("as_of")
    asked = {**params, "as_of": as_of.isoformat()} if as_of else params
    address = address_of("people", Question(kind, asked, json.loads(json.dumps(cell, default=str))))
    return f"{address}&{urlencode({BACK: params['as_of']})}" if params.get("as_of") else address


@register.filter
def figure(value: float | None, percent: bool) -> str:
    """A number of a chart's table; a share with one decimal."""
    if value is None:
        return "–"
    if percent:
        return _("%(number)s %%") % {"number": number_format(round(value * 100, 1), 1)}
    return number_format(round(value, 2), 0 if value == int(value) else 2, force_grouping=True)


@register.filter
def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
