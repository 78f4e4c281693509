"""What the parts of an answer are called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from growth.reports.forms import SEGMENT, breakdown_choices
from growth.reports.kinds import Params
from growth.retention.cohorts.grid import Window, brackets, each


def windows(params: Params) -> list[str]:
    """Of each k: week 3, weeks 4–7."""
    one = {"day": _("day %(n)s"), "week": _("week %(n)s"), "month": _("month %(n)s")}
    several = {"day": _("days %(n)s–%(m)s"), "week": _("weeks %(n)s–%(m)s"), "month": _("months %(n)s–%(m)s")}
    return [_named(window, params, one, several) for window in _windows(params)]


def when(params: Params, k: int) -> str:
    """Within a sentence."""
    one = {"day": _("on day %(n)s"), "week": _("in week %(n)s"), "month": _("in month %(n)s")}
    several = {"day": _("on days %(n)s–%(m)s"), "week": _("in weeks %(n)s–%(m)s"), "month": _("in months %(n)s–%(m)s")}
    return _named(_windows(params)[k], params, one, several)


def _windows(params: Params) -> list[Window]:
    return brackets(params["brackets"]) if params["kind"] == "bracket" else each(params["periods"])


def _named(window: Window, params: Params, one: Mapping[str, str], several: Mapping[str, str]) -> str:
    first, last = window
    return (one if first == last else several)[params["period"]] % {"n": first, "m": last}


def percent(value: float) -> str:
    """Whole percents, below ten with one decimal: more a cohort's size does not bear."""
    if 0 < value < 0.0005:
        return _("< %(number)s %%") % {"number": number_format(0.1, 1)}
    places = 1 if 0 < value < 0.0995 else 0
    return _("%(number)s %%") % {"number": number_format(round(value * 100, places), places)}


def group_name(params: Params, value: str) -> str:
    if params["did"]:
        return _behaviours(params)[value]
    if params["breakdown"].startswith(SEGMENT):
        return {"yes": _("In the segment"), "no": _("Not in it")}[value]
    return value or _("Unknown")


def breakdown_name(params: Params) -> str:
    if params["did"]:
        return _("By behaviour")
    return str(dict(breakdown_choices()).get(params["breakdown"], params["breakdown"]))


def _behaviours(params: Params) -> dict[str, str]:
    told = {"event": params["did"], "times": params["did_times"], "days": params["did_days"]}
    return {
        "yes": _("%(event)s at least %(times)d× in %(days)d days") % told,
        "no": _("less often"),
        "open": _("first days not over"),
    }
