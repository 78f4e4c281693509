"""What the groups of a breakdown are called."""

from __future__ import annotations

from django.utils.translation import gettext as _

from growth.reports.forms import SEGMENT, breakdown_choices
from growth.reports.kinds import Params


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
