"""What the parts of a funnel's answer are called, and how its numbers are written."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth.reports.forms import SEGMENT
from growth.reports.kinds import Params
from growth.retention.funnels.question import ANY


def labels(params: Params) -> list[str]:
    """The steps, as they were asked for."""
    return params["steps"].split(",")


def steps(params: Params) -> list[str]:
    """In any order a number of steps stands in the place of a step."""
    names = labels(params)
    if params["order"] != ANY:
        return names
    return [ngettext("%(n)d step", "%(n)d steps", n) % {"n": n} for n in range(1, len(names) + 1)]


def group(params: Params, value: str) -> str:
    if params["breakdown"].startswith(SEGMENT):
        return {"yes": _("In the segment"), "no": _("Not in it")}[value]
    return value or _("Unknown")


def share(value: float | None) -> str:
    return "–" if value is None else _("%(number)s %%") % {"number": number_format(round(value * 100, 1), 1)}


def lasting(seconds: float | None) -> str:
    """A time in the largest unit that is full, with one decimal: 1.5 days."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%(n)s s") % {"n": number_format(round(seconds, 1), 1)}
    if seconds < 3600:
        return _("%(n)s min") % {"n": number_format(round(seconds / 60, 1), 1)}
    if seconds < 86_400:
        return _("%(n)s h") % {"n": number_format(round(seconds / 3600, 1), 1)}
    return _("%(n)s days") % {"n": number_format(round(seconds / 86_400, 1), 1)}
