"""A definition in one sentence, for pages and docs."""

from __future__ import annotations

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experiments.metrics.where import terms
from experiments.models import MetricVersion

Kind = MetricVersion.Kind
DAY_HOURS = 24
KINDS: dict[str, Promise] = {
    Kind.COUNT: gettext_lazy("count"),
    Kind.SUM: gettext_lazy("sum"),
    Kind.CONVERSION: gettext_lazy("conversion"),
    Kind.RETENTION: gettext_lazy("retention"),
    Kind.RATIO: gettext_lazy("ratio"),
    Kind.QUANTILE: gettext_lazy("quantile"),
    Kind.FUNNEL: gettext_lazy("funnel"),
    Kind.TIME: gettext_lazy("time"),
}
SIGNS = {"$eq": "=", "$ne": "≠", "$in": "∈", "$nin": "∉", "$gt": ">", "$gte": "≥", "$lt": "<", "$lte": "≤"}


def said(version: MetricVersion) -> str:
    sentence = _sentence(version) % {
        "events": _events(version),
        "window": window(version),
        "day": version.day,
        "quantile": f"{version.quantile or 0:g}",
        "denominator": version.denominator.metric if version.denominator else "",
    }
    return " ".join([sentence, *_caps(version)])


def window(version: MetricVersion) -> str:
    """How long after its first exposure a unit is measured."""
    hours = version.window_hours
    if hours is None:
        return _("so far since the first exposure")
    if hours % DAY_HOURS:
        return ngettext("within %d hour of the first exposure", "within %d hours of the first exposure", hours) % hours
    days = hours // DAY_HOURS
    return ngettext("within %d day of the first exposure", "within %d days of the first exposure", days) % days


def length(version: MetricVersion) -> str:
    """Its window in short."""
    if version.day is not None:
        return _("day %d") % version.day
    hours = version.window_hours
    if hours is None:
        return _("so far")
    if hours % DAY_HOURS:
        return ngettext("%d hour", "%d hours", hours) % hours
    return ngettext("%d day", "%d days", hours // DAY_HOURS) % (hours // DAY_HOURS)


def _sentence(version: MetricVersion) -> str:
    return {
        Kind.COUNT: _("How many %(events)s a unit has %(window)s."),
        Kind.SUM: _("The sum of the values of a unit’s %(events)s %(window)s."),
        Kind.CONVERSION: _("The share of units with at least one %(events)s %(window)s."),
        Kind.RETENTION: _(
            "The share of units with %(events)s in the 24 hours that begin %(day)d × 24 hours after the first exposure."
        ),
        Kind.RATIO: _("All %(events)s %(window)s, divided by “%(denominator)s”."),
        Kind.QUANTILE: _("The %(quantile)s quantile, over units, of the sum of values of %(events)s %(window)s."),
        Kind.FUNNEL: _("Of the units that took the first step, the share that took all: %(events)s, %(window)s."),
        Kind.TIME: _("The mean time to the first %(events)s, of the units that have one %(window)s."),
    }[Kind(version.kind)]


def _events(version: MetricVersion) -> str:
    steps = [_(" or ").join(name.strip() for name in step.split("|")) for step in version.events.split(",")]
    named = " → ".join(steps)
    conditions = [_term(*term) for term in terms(version.where)]
    return f"{named} ({', '.join(conditions)})" if conditions else named


def _term(column: str, operator: str, operand: Any) -> str:
    if operator == "$exists":
        return _("%(column)s given") % {"column": column} if operand else _("%(column)s not given") % {"column": column}
    values = ", ".join(map(_value, operand)) if isinstance(operand, list) else _value(operand)
    return f"{column} {SIGNS[operator]} {values}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _caps(version: MetricVersion) -> list[str]:
    if version.cap is not None:
        return [_("A unit counts for no more than %(cap)s.") % {"cap": f"{version.cap:g}"}]
    if version.cap_share is not None:
        return [_("A unit counts for no more than the %(share)s quantile.") % {"share": f"{version.cap_share:g}"}]
    return []
