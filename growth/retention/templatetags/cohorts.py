"""The cohort table within a report's page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import template

from growth.reports.kinds import Kind, Params
from growth.reports.templatetags.reports import people_url
from growth.retention.cohorts.matrix import Matrix, matrix

register = template.Library()


@register.simple_tag(takes_context=True)
def cohort_matrix(context: template.Context, kind: Kind, params: Params, result: Mapping[str, Any]) -> Matrix:
    return matrix(params, result, partial(people_url, context, kind, params))
