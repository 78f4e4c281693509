"""Tags for the partials of kinds of reports."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from growth.reports.forms import query
from growth.reports.kinds import Kind, Params

register = template.Library()


@register.simple_tag(takes_context=True)
def people_url(context: template.Context, kind: Kind, params: Params, **cell: Any) -> str:
    """Where the people behind one number of the shown answer are: `{% people_url kind params cohort=row.cohort k=3 %}`.

    They are asked for as of the answer's own moment, so that the list has as many as the number says.
    """
    as_of = context.get("as_of")
    asked = {**params, "as_of": as_of.isoformat()} if as_of else params
    inner = [query(kind.form, asked), urlencode({"cell": json.dumps(cell, default=str, separators=(",", ":"))})]
    return f"{reverse('reports:people', args=[kind.key])}?{'&'.join(filter(None, inner))}"
